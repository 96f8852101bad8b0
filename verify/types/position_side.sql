-- Verify tradelatch:types/position_side on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.position_side',
    base => 'text',
    compared_in => '"C"',
    takes => 'both',
    refuses => array['hedge', '']
);

rollback;
