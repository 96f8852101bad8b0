-- Deploy tradelatch:helpers/keep_durable to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

-- Inlined wherever it is called. In a SET clause of the calling function it would be undone before the commit.
-- What changes something comes here first, so this is also where the first call of a session compares the sequences.
create function monitoring.keep_durable()
returns text
language sql
volatile
return case
    when current_setting('tradelatch.sequences', true) is distinct from 'compared' then monitoring.compare_sequences()
    else 'compared'
end || case
    when current_setting('synchronous_commit') in ('off', 'local', 'remote_write')
        then set_config('synchronous_commit', 'on', true)
    else 'on'
end;

comment on function monitoring.keep_durable() is
'Raises a synchronous_commit of off, local or remote_write to on for this transaction: a move that was answered must survive a crash, because its caller trades on it. TL010 in a session that finds sequences behind their tables. Never null.';

revoke all on function monitoring.keep_durable() from public;

commit;
