-- Verify tradelatch:types/filled_amount on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.filled_amount',
    base => 'numeric',
    takes => '0',
    refuses => array['-1', 'NaN', 'Infinity']
);

rollback;
