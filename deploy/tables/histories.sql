-- Deploy tradelatch:tables/histories to pg
-- Which histories the database went through, as far as a person said so. While the latest is not the one of the server, ids and
-- fences may be given out that were given out before.

\ir ../settings.psql

begin;

\ir ../owner.psql

create table monitoring.histories (
    number integer primary key,
    system_identifier bigint not null,
    timeline integer not null,
    table_oid oid not null,
    skip bigint not null default 0,
    reason text not null,
    made_in xid8 not null default pg_current_xact_id(),
    noted_at timestamptz not null default clock_timestamp(),
    user_name text not null default session_user,
    application_name text not null default current_setting('application_name')
);

comment on table monitoring.histories is
'The histories of this database: the one of the deploy, and one for each call of tradelatch.after_restore. The latest is the one that is known.';
comment on column monitoring.histories.system_identifier is 'Of the cluster, as pg_control_system tells.';
comment on column monitoring.histories.timeline is 'Rises with every promotion.';
comment on column monitoring.histories.table_oid is 'The oid of this table: a restored dump has another one.';
comment on column monitoring.histories.made_in is
'The transaction that noted it: in that one alone every fence may be made void, and the transaction ids of alerts may change.';
comment on column monitoring.histories.skip is 'How far the sequences were moved; 0 where nothing was lost.';

insert into monitoring.histories (number, system_identifier, timeline, table_oid, reason)
select
    1 as number,
    h.system_identifier,
    h.timeline,
    h.table_oid,
    'deploy' as reason
from monitoring.current_history() as h;

commit;
