-- Verify tradelatch:types/order_id on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.order_id',
    base => 'text',
    compared_in => '"C"',
    takes => '53190368',
    refuses => array['', E'a\u0085b', repeat('x', 101)]
);

rollback;
