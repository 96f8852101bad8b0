begin;
\ir setup.psql
select plan(59);

select declared_as_move(
    'confirm_flat',
    'position_id bigint, fence bigint, exit_price numeric = null, realized_pnl numeric = null, details jsonb = ''{}'''
);

call given('EMPTYUSDT', 'pending_rollback', filled => 0);
call given('LOSSUSDT', 'pending_rollback', 'short', 'short');
call given('EVENUSDT', 'pending_rollback', filled => 4);

select is(
    line(tradelatch.confirm_flat(id('EMPTYUSDT'), fence('EMPTYUSDT'))),
    'ok rolled_back driven',
    'nothing is due any more'
);
select is(
    event('EMPTYUSDT'),
    'confirm_flat pending_rollback>rolled_back fence {"exit_price": null, "realized_pnl": null}',
    'the log has it'
);
select is(
    line(tradelatch.confirm_flat(
        id('LOSSUSDT'), fence('LOSSUSDT'), exit_price => 101.5, realized_pnl => -15, details => '{"seen": 2, "exit_price": 1}'
    )),
    'ok rolled_back driven',
    'a loss'
);
select is(
    event('LOSSUSDT'),
    'confirm_flat pending_rollback>rolled_back fence {"seen": 2, "exit_price": 101.5, "realized_pnl": -15}',
    'the log has the details beside what was told, and never instead of it'
);
select is(
    line(tradelatch.confirm_flat(id('EVENUSDT'), fence('EVENUSDT'), realized_pnl => 0)),
    'ok rolled_back driven',
    'neither profit nor loss'
);
select results_eq(
    $$
        select
            p.symbol collate "default", p.status, p.exit_price, p.realized_pnl, p.open_quantity, p.filled_quantity, p.exit_reason,
            p.closed_at between now() and clock_timestamp()
        from tradelatch.positions as p
        order by p.symbol
    $$,
    $$
        values
            ('EMPTYUSDT', 'rolled_back', null, null::numeric, 0::numeric, 0::numeric, 'given', true),
            ('EVENUSDT', 'rolled_back', null, 0, 0, 4, 'given', true),
            ('LOSSUSDT', 'rolled_back', 101.5, -15, 0, 10, 'given', true)
    $$,
    'the book has it, too: nothing is open, what was filled stays'
);

-- Again.
select unchanged($$confirm_flat(id('EMPTYUSDT'), fence('EMPTYUSDT'))$$, 'replayed rolled_back driven', 'the same call again');
select unchanged(
    $$confirm_flat(id('LOSSUSDT'), fence('LOSSUSDT'), 101.50, -15.0)$$,
    'replayed rolled_back driven',
    'the same call with numbers again'
);
select refused(
    format('confirm_flat(id(%L), fence(%L), %L, %L)', v.symbol, v.symbol, v.exit_price, v.realized_pnl),
    'TL002',
    format('another call: %s, %s', coalesce(v.exit_price::text, 'null'), coalesce(v.realized_pnl::text, 'null'))
)
from (values
    ('LOSSUSDT', 101.4, -15), ('LOSSUSDT', 101.5, 15), ('LOSSUSDT', null, -15), ('LOSSUSDT', 101.5, null),
    ('EMPTYUSDT', 100, null), ('EMPTYUSDT', null, 0), ('EVENUSDT', null, null)
) as v (symbol, exit_price, realized_pnl);
select refused(
    $$confirm_flat(id('EMPTYUSDT'), fence('LOSSUSDT'))$$, 'TL003', 'the same call with another fence'
);
create table before as
select id('EMPTYUSDT') as position_id, fence('EMPTYUSDT') as fence;
select is(
    line(tradelatch.create_position('binance', 'EMPTYUSDT', 'short', 5, 100)),
    'created pending_entry driven, entry sell 5 opening e1',
    'the slot is free'
);
select unchanged(
    format('confirm_flat(%s, %s)', b.position_id, b.fence),
    'replayed rolled_back driven',
    'the same call again, when the slot is somebody else''s'
)
from before as b;

-- Facts may be late.
call given('LATEUSDT', 'pending_rollback');
call lapse('LATEUSDT', '1 day');
select is(
    line(tradelatch.confirm_flat(id('LATEUSDT'), fence('LATEUSDT'))),
    'ok rolled_back driven',
    'after the lease, by the current fence'
);

-- What is refused.
call given('BADUSDT', 'pending_rollback');
select refused($$confirm_flat(id('BADUSDT'), fence('BADUSDT') - 1)$$, 'TL003', 'another fence');
select refused(format('confirm_flat(%s, 1)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('BADUSDT'), 'fence', fence('BADUSDT')) as arguments;
select refused_values('confirm_flat', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('confirm_flat', g.arguments, 'fence', array[null]) from good as g;
select refused_values('confirm_flat', g.arguments, 'exit_price', optional(bad_amounts())) from good as g;
select refused_values('confirm_flat', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('confirm_flat', g.arguments, 'details', bad_details()) from good as g;

-- Who may.
select is(
    (try(
        $$confirm_flat(id('BADUSDT'), fence('BADUSDT'), 0.000000000001, -999999999999999999999999999999)$$, role => r.role
    )).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'),
    ('tradelatch_bot', 'ok rolled_back driven'),
    ('tradelatch_operator', 'replayed rolled_back driven')
) as r (role, seen);

select explained();
select * from finish();
rollback;
