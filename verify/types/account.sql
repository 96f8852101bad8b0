-- Verify tradelatch:types/account on pg

begin;

\ir ../assert.psql

select pg_temp.assert_domain(
    'monitoring.account',
    base => 'text',
    compared_in => '"C"',
    takes => 'Main',
    refuses => array['', ' main', E'a\nb', repeat('x', 65)]
);

rollback;
