-- Whether this transaction restores the position.

begin;
\ir setup.psql
select plan(10);

select is_internal('monitoring.is_being_restored(bigint)', 'stable');

create procedure given.backed_up(position_id bigint, restored_in xid8)
language sql
as $$
    insert into monitoring.position_backups (backup_id, position_id, made_by, reason, events, restored_at, restored_in)
    values (
        gen_random_uuid(), backed_up.position_id, 'test', 'test', '[]',
        case when backed_up.restored_in is not null then now() end, backed_up.restored_in
    )
$$;

select is(monitoring.is_being_restored(1), false, 'nothing was ever backed up');
call backed_up(1, null);
select is(monitoring.is_being_restored(1), false, 'backed up, not restored');
call backed_up(1, (pg_current_xact_id()::text::bigint - 1)::text::xid8);
select is(monitoring.is_being_restored(1), false, 'restored by another transaction, before');
call backed_up(1, (pg_current_xact_id()::text::bigint + 1)::text::xid8);
select is(monitoring.is_being_restored(1), false, 'or since');
call backed_up(2, pg_current_xact_id());
select is(monitoring.is_being_restored(1), false, 'this one restores another position');
savepoint restoring;
call backed_up(1, pg_current_xact_id());
select is(monitoring.is_being_restored(1), true, 'restored by this one');
rollback to restoring;
select is(monitoring.is_being_restored(1), false, 'until it thought better of it');

select * from finish();
rollback;
