-- Numbers of the right to drive: they rise, and nobody guesses the next one.

begin;
\ir setup.psql
select plan(14);

select is_internal('monitoring.next_fence()', 'volatile');

create function random_bits(fence bigint)
returns bigint
language sql
return fence & 1048575;

create temporary table fences (place integer generated always as identity, fence bigint default monitoring.next_fence());
insert into fences default values;
insert into fences (fence)
select monitoring.next_fence() from generate_series(1, 999);

select is(
    (select count(*) from fences as f inner join fences as b on b.place = f.place - 1 where f.fence >> 20 = (b.fence >> 20) + 1),
    999::bigint,
    'each is of the next million: it is above every one before'
);
select is((select bit_or(random_bits(f.fence)) from fences as f), 1048575::bigint, 'each of the 20 bits may be 1');
select is((select bit_and(random_bits(f.fence)) from fences as f), 0::bigint, 'or 0');
select cmp_ok(
    (select count(distinct random_bits(f.fence)) from fences as f), '>', 990::bigint, 'and they are others each time'
);
select cmp_ok(
    (select abs(avg(random_bits(f.fence)) - 524288) from fences as f), '<', 60000::numeric, 'low and high ones as often'
);

-- A session that sets the seed of random() learns nothing.
select setseed(0.5);
create temporary table once as
select random_bits(monitoring.next_fence()) as bits, random() as number from generate_series(1, 4);
select setseed(0.5);
create temporary table again as
select random_bits(monitoring.next_fence()) as bits, random() as number from generate_series(1, 4);
select set_eq('select number from once', 'select number from again', 'random() repeats itself');
select is_empty('select bits from once intersect select bits from again', 'fences do not');

-- A row that a function did not make has one too, and the counter is asked by nothing else.
select is(
    (
        select pg_get_expr(d.adbin, d.adrelid)
        from pg_attrdef as d
        inner join pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where d.adrelid = 'monitoring.positions'::regclass and a.attname = 'fence'
    ),
    'monitoring.next_fence()',
    'it is the default of the book'
);
select is_empty(
    $$
        select p.oid::regprocedure
        from pg_proc as p
        where p.pronamespace in ('monitoring'::regnamespace, 'tradelatch'::regnamespace) and p.prosrc ~ 'nextval.*position_fence'
    $$,
    'no function takes one from the sequence itself'
);

-- In a new file, which the rollback removes.
alter sequence monitoring.position_fence restart with 8796093022207;
select cmp_ok(monitoring.next_fence(), '>=', 9223372036853727232, 'the last one is a bigint');
select is(answer('monitoring.next_fence()'), '2200H', 'none begins anew');

select * from finish();
rollback;
