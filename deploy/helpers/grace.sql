-- Deploy tradelatch:helpers/grace to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called.
create function monitoring.grace()
returns interval
language sql
immutable
parallel safe
return interval '5 seconds';

comment on function monitoring.grace() is 'How long after a lease nobody judges yet: an order sent in its last moment needs time to show.';

revoke all on function monitoring.grace() from public;

commit;
