-- Deploy tradelatch:views/account_grants to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.account_grants as
select
    g.role_name,
    g.exchange,
    g.account,
    g.granted_at,
    g.granted_by
from monitoring.account_grants as g;

comment on view tradelatch.account_grants is
'Who may use which accounts, once grant_account was called: one row for each grant.';
\ir comments.psql
select pg_temp.comment_columns('tradelatch.account_grants', 'monitoring.account_grants');

grant select on tradelatch.account_grants to tradelatch_operator;

commit;
