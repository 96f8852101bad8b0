-- Verify tradelatch:schemas/monitoring on pg

begin;

\ir ../assert.psql

-- Where tables were taken over, those who used them still reach into the schema.
select
    pg_temp.assert_schema(
        'monitoring',
        usable_by => case when to_regclass('monitoring.legacy_state') is null then array[]::text[] end
    );

rollback;
