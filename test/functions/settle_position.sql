begin;
\ir setup.psql
select plan(96);

select declared_as_move(
    'settle_position',
    'position_id bigint, exit_price numeric = null, realized_pnl numeric = null, fees numeric = null, details jsonb = ''{}'''
);

-- Facts that came late: the status, the end and whoever drove it stay.

create table ended as
select *
from (values
    ('CLOSED', 'closed'), ('ROLLEDBACK', 'rolled_back'), ('CANCELED', 'canceled'), ('FAILED', 'failed')
) as e (symbol, status);
do $$
declare
    v_ended ended;
begin
    for v_ended in select * from ended loop
        call given(v_ended.symbol, v_ended.status);
    end loop;
end
$$;
create table at_end as
select
    e.symbol as given_symbol,
    e.status as given_status,
    p.*
from ended as e
cross join book_row(e.symbol) as p;

select is(
    line(tradelatch.settle_position(
        id(e.symbol), 99.5, -17.25, 0.04, '{"source": "statement", "fees": "theirs", "exit_price": 1}'
    )),
    'ok ' || e.status,
    e.status || ': no fence, no order, nothing to cancel'
)
from ended as e;
select is(
    event(e.symbol),
    format(
        'settle_position %1$s>%1$s fence {"fees": 0.04, "source": "statement", "exit_price": 99.5, "realized_pnl": -17.25}',
        e.status
    ),
    e.status || ': the log has it, and what the caller added, never instead of it'
)
from ended as e;
select is(
    (p.exit_price, p.realized_pnl, p.fees), (99.5::numeric, -17.25::numeric, 0.04::numeric), e.status || ': they are stored'
)
from ended as e
inner join tradelatch.positions as p on p.position_id = id(e.symbol);
select is(
    to_jsonb(book_row(a.given_symbol)) - array['exit_price', 'realized_pnl', 'fees', 'updated_at', 'pnl', 'pnl_percentage'],
    to_jsonb(a)
    - array['given_symbol', 'given_status', 'exit_price', 'realized_pnl', 'fees', 'updated_at', 'pnl', 'pnl_percentage'],
    a.given_status || ': all else is as it was, when it ended included'
)
from at_end as a;
select is(
    (book_row(a.given_symbol)).closed_at, a.closed_at, a.given_status || ': it ended when it ended'
)
from at_end as a;
select cmp_ok((book_row(a.given_symbol)).updated_at, '>', a.updated_at, a.given_status || ': and was changed later')
from at_end as a;

-- Null leaves what is known.

select is(line(tradelatch.settle_position(id('CLOSED'), realized_pnl => -17)), 'ok closed', 'one of them');
select is(
    (p.exit_price, p.realized_pnl, p.fees), (99.5::numeric, -17::numeric, 0.04::numeric), 'the others stay'
)
from tradelatch.positions as p
where p.position_id = id('CLOSED');
select is(
    event('CLOSED'),
    'settle_position closed>closed fence {"fees": null, "exit_price": null, "realized_pnl": -17}',
    'the log has what was told'
);
select is(line(tradelatch.settle_position(id('FAILED'))), 'ok failed', 'nothing at all');
select is(
    (p.exit_price, p.realized_pnl, p.fees), (99.5::numeric, -17.25::numeric, 0.04::numeric), 'takes nothing away'
)
from tradelatch.positions as p
where p.position_id = id('FAILED');

-- Again.

select unchanged(
    format($$settle_position(id('CLOSED'), realized_pnl => %s)$$, v.value),
    'replayed closed',
    'the same call again: ' || v.value
)
from (values ('-17'), ('-17.00')) as v (value);
select is(
    line(tradelatch.settle_position(id('CLOSED'), realized_pnl => -17, details => '{"source": "x"}')),
    'ok closed',
    'with details: another call'
);
select unchanged(
    $$settle_position(id('CLOSED'), realized_pnl => -17, details => '{"source": "x"}')$$,
    'replayed closed',
    'which is repeated'
);
select is(line(tradelatch.settle_position(id('CLOSED'), realized_pnl => 5)), 'ok closed', 'another number');
select is(line(tradelatch.settle_position(id('CLOSED'), realized_pnl => -17)), 'ok closed', 'and back');
select is((book_row('CLOSED')).realized_pnl::numeric, -17::numeric, 'the latest counts');

-- A close that is told again after that was not the latest move: it is closed, and that is no legal move any more.

select refused($$confirm_close(id('CLOSED'), 'given')$$, 'TL002', 'the close that came before');

-- Every status.

call given_each();
select cells($$settle_position(id(%1$L), 99)$$, '{
    "closed": "ok closed", "rolled_back": "ok rolled_back", "canceled": "ok canceled", "failed": "ok failed"
}');

-- The slot is free all the time.

select is(
    line(tradelatch.create_position('binance', 'CLOSED', 'short', 5, 100)),
    'created pending_entry driven, entry sell 5 opening e1',
    'a settled position holds no slot'
);
select is(
    line(tradelatch.settle_position(a.id, fees => 1)), 'ok closed', 'it may be settled while another one holds it'
)
from at_end as a
where a.given_symbol = 'CLOSED';

-- What is refused; every open status is in lifecycle.sql.

select refused(
    $$settle_position(id('CLOSED'), fees => 1)$$, 'TL002', 'what is open'
);
select refused(format('settle_position(%s, 1)', p), 'TL004', format('there is no position %s', p))
from (values (0), (-1), (9223372036854775807)) as unknown (p);

create table good as
select jsonb_build_object('position_id', id('FAILED'), 'fees', 4) as arguments;
select refused_values('settle_position', g.arguments, 'position_id', array[null]) from good as g;
select refused_values('settle_position', g.arguments, 'exit_price', optional(bad_amounts())) from good as g;
select refused_values('settle_position', g.arguments, 'realized_pnl', bad_moneys()) from good as g;
select refused_values('settle_position', g.arguments, 'fees', bad_moneys()) from good as g;
select refused_values('settle_position', g.arguments, 'details', bad_details()) from good as g;

-- Who may.

select is(
    (try($$settle_position(id('FAILED'), realized_pnl => -999999999999999999999999999999)$$, role => r.role)).seen,
    r.seen,
    r.role || ': ' || r.seen
)
from (values
    ('tradelatch_reader', '42501'), ('tradelatch_bot', 'ok failed'), ('tradelatch_operator', 'replayed failed')
) as r (role, seen);

select explained();
select * from finish();
rollback;
