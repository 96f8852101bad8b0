-- Deploy tradelatch:helpers/keep_durable to pg
-- requires: schemas/monitoring

begin;

set local role tradelatch_owner;

create function monitoring.keep_durable()
returns void
language plpgsql
volatile
as $$
begin
    -- In a SET clause of the function this would be undone before the commit.
    if current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then
        perform set_config('synchronous_commit', 'on', true);
    end if;
end
$$;

comment on function monitoring.keep_durable() is
'Raises a synchronous_commit of off, local or remote_write to on for this transaction: a move that was answered must survive a crash, because its caller trades on it.';

revoke all on function monitoring.keep_durable() from public;

commit;
