-- Verify tradelatch:types/request on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.request',
    base => 'text',
    compared_in => '"C"',
    takes => 'signal:1',
    refuses => array['', E'a\rb', repeat('x', 201)]
);

rollback;
