-- An answered move survives a crash.

begin;
\ir setup.psql
select plan(9);

select is_internal('monitoring.keep_durable()', 'volatile');

create function level_after(level text)
returns text
language plpgsql
as $$
begin
    perform set_config('synchronous_commit', level_after.level, true);
    perform monitoring.keep_durable();
    return current_setting('synchronous_commit');
end
$$;

select is(level_after(v.asked), v.kept, format('%s becomes %s', v.asked, v.kept))
from (values ('off', 'on'), ('local', 'on'), ('remote_write', 'on'), ('on', 'on'), ('remote_apply', 'remote_apply')) as v (asked, kept);
set local synchronous_commit = off;
select monitoring.keep_durable();
select is(current_setting('synchronous_commit'), 'on', 'and stays so until the commit');

select * from finish();
rollback;
