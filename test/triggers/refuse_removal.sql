-- The book and its log only grow, whoever asks.

begin;
set local search_path = tap, pg_catalog;
select plan(40);

select trigger_is('monitoring', 'positions', 'positions_refuse_removal', 'monitoring', 'refuse_removal');
select trigger_is('monitoring', 'position_events', 'position_events_refuse_change', 'monitoring', 'refuse_log_change');

select position_id as position, fence
from tradelatch.create_position('binance', 'APTUSDT', 'short', 61.8, 3.2333)
\gset

-- Where tables of others refer to one that was taken over, PostgreSQL refuses some by itself.

select count(*) > 0 as is_referred
from pg_constraint as k
inner join pg_class as c on c.oid = k.conrelid
where k.contype = 'f' and k.confrelid = 'monitoring.positions'::regclass and c.relowner <> 'tradelatch_owner'::regrole
\gset

-- A statement of the superuser, or of the owner, and what became of it.

create function pg_temp.outcome(role text, statement text)
returns text
language plpgsql
as $$
begin
    perform set_config('role', outcome.role, true);
    execute outcome.statement;
    perform set_config('role', 'none', true);
    return 'done';
exception
    when others then
        return sqlstate;
end
$$;

select is(
    pg_temp.outcome(r.role, s.statement),
    case
        when not :'is_referred'::boolean or s.statement !~ '^truncate monitoring.positions' then 'TL002'
        when s.statement !~ 'cascade$' then '0A000'
        when r.role = 'none' then 'TL002'
        else '42501'
    end,
    format('%s: %s', case r.role when 'none' then 'superuser' else 'owner' end, s.statement)
)
from (values ('none'), ('tradelatch_owner')) as r (role)
cross join (values
    ('delete from monitoring.positions'),
    ('delete from monitoring.positions where id = 1'),
    ('delete from monitoring.positions where false'),
    ('delete from only monitoring.positions'),
    ('with gone as (delete from monitoring.positions returning *) select from gone'),
    ('merge into monitoring.positions as p using (select 1) as x on true when matched then delete'),
    ('truncate monitoring.positions'),
    ('truncate monitoring.positions restart identity cascade'),
    ('delete from monitoring.position_events'),
    ('delete from monitoring.position_events where false'),
    ('truncate monitoring.position_events'),
    ('truncate monitoring.positions, monitoring.position_events'),
    ('update monitoring.position_events set event = ''x'''),
    ('update monitoring.position_events set details = ''{}'' where position_id = 1'),
    ('update monitoring.position_events set at = at'),
    ('update monitoring.position_events set event = event where false'),
    ('merge into monitoring.position_events as e using (select 1) as x on true when matched then update set event = ''x''')
) as s (statement)
order by r.role, s.statement;

select is((select count(*) from monitoring.positions where id = :position), 1::bigint, 'the position is there');
select is((select count(*) from monitoring.position_events where position_id = :position), 1::bigint, 'and its log');
select throws_ok(
    'delete from monitoring.positions',
    'TL002',
    'DELETE on monitoring.positions is refused: the book only grows',
    'the message says what and why'
);
select lives_ok(
    $$ insert into monitoring.position_events (position_id, event, to_status) values (1, 'insert', 'closed') $$,
    'an event may be added'
);

select * from finish();
rollback;
