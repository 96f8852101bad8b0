-- Deploy tradelatch:views/aliases to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create view tradelatch.aliases as
select
    a.exchange::text,
    a.alias::text,
    a.symbol::text,
    a.recorded_at,
    a.user_name
from monitoring.symbol_aliases as a;

comment on view tradelatch.aliases is
'What record_aliases recorded: ids of markets of which the exchange''s own spelling does not lead to the symbol.';
comment on column tradelatch.aliases.exchange is 'Whose id it is; canonical, see tradelatch.normalize_exchange.';
comment on column tradelatch.aliases.alias is 'The exchange''s id of the market, as tradelatch.normalize_symbol spells it.';
comment on column tradelatch.aliases.symbol is 'The symbol under which the book has it.';
comment on column tradelatch.aliases.recorded_at is 'When it was recorded.';
comment on column tradelatch.aliases.user_name is 'session_user of who recorded it.';

grant select on tradelatch.aliases to tradelatch_reader;

commit;
