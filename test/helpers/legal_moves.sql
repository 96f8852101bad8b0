-- The list of legal moves as a constant.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.legal_moves()', 'immutable');
select results_eq(
    $$
        select f.key, t.key, m.key, m.value::boolean
        from jsonb_each(monitoring.legal_moves()) as f
        cross join jsonb_each(f.value) as t
        cross join jsonb_each(t.value) as m
        where m.key <> ''
        order by 1, 2, 3
    $$,
    $$
        select t.from_status, t.to_status, t.move, t.to_is_open
        from monitoring.position_transitions as t
        order by 1, 2, 3
    $$,
    'it says what the table says'
);
select is((monitoring.legal_moves() -> 'active' -> 'closed' -> '')::boolean, false, 'a move without a name is any of them');
select is(monitoring.legal_moves() -> 'closed' -> 'active' -> '', null, 'and there is none where there is none');

select * from finish();
rollback;
