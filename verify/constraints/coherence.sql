-- Verify tradelatch:constraints/coherence on pg

begin;

\ir ../assert.psql

select pg_temp.assert_properties(
    'constraint positions_coherent_check on monitoring.positions',
    (
        select
            jsonb_build_object(
                'valid', c.convalidated,
                -- without the casts that a table that was taken over needs
                'definition', regexp_replace(pg_get_constraintdef(c.oid), '[()]|::[a-z]+', '', 'g')
            )
        from pg_constraint as c
        where c.conrelid = to_regclass('monitoring.positions') and c.conname = 'positions_coherent_check'
    ),
    jsonb_build_object(
        'valid', true,
        'definition', 'CHECK monitoring.is_coherentpositions.*'
    )
);

select
    pg_temp.assert(
        count(*) = 0,
        format('monitoring.positions: %s rows without an order key, from id %s on', count(*), min(p.id))
    )
from monitoring.positions as p
where p.order_key = '';

select pg_temp.assert(
    exists (
        select
        from pg_attribute as a
        where a.attrelid = 'monitoring.positions'::regclass and a.attname = 'updated_at' and a.attnotnull
    ),
    'monitoring.positions.updated_at may be null; expected not null'
);

rollback;
