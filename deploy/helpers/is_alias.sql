-- Deploy tradelatch:helpers/is_alias to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called, in a trigger without a search_path too: every name is qualified.
create function monitoring.is_alias(exchange text, symbol text)
returns boolean
language sql
stable
parallel safe
return pg_catalog.jsonb_extract_path(monitoring.known_aliases(), exchange, symbol) is not null;

comment on function monitoring.is_alias(text, text) is
'Whether a canonical spelling is an exchange''s own id of another symbol, see tradelatch.record_aliases.';

revoke all on function monitoring.is_alias(text, text) from public;

commit;
