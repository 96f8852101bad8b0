-- Deploy tradelatch:adoption/preflight to pg
-- A table monitoring.positions that is there already is taken over by later changes. This one looks, changes nothing, and refuses
-- (TL007) what could not be taken over, and what of a stranger's would run with the rights of whoever deploys. It runs by itself,
-- too, before sqitch writes to a registry that somebody else may have made: psql --set=ON_ERROR_STOP=1 --file=preflight.sql

\ir ../settings.psql

\set SHOW_CONTEXT never

begin;

do $$
begin
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception using
            errcode = 'TL007',
            message = 'TL007: the database is in ' || current_setting('server_encoding') || ': tradelatch needs one in UTF8';
    end if;
end
$$;

-- Whoever may not become the owner later does not begin.
select pg_catalog.to_regrole('tradelatch_owner') is not null as has_owner
\gset

\if :has_owner
\ir ../join_owner.psql
\ir ../leave_owner.psql
\endif

\ir surroundings.psql
\ir strangers.psql

select pg_catalog.to_regclass('monitoring.positions') is not null as has_table
\gset

\if :has_table

-- What is in the way before a row is looked at.
do $$
declare
    v_table pg_class;
    v_problems jsonb;
begin
    select c.* into v_table from pg_class as c where c.oid = 'monitoring.positions'::regclass;
    select jsonb_agg(jsonb_build_object('problem', x.problem, 'found', x.found) order by x.problem, x.found)
    into v_problems
    from (
        select s.*
        from pg_temp.surroundings(false) as s
        union all
        select s.*
        from pg_temp.strangers(false) as s
        union all
        select
            case when a.attname is null then 'missing column' else 'other type of column' end,
            jsonb_build_object('column', e.name, 'type', format_type(a.atttypid, a.atttypmod), 'expected', array_to_string(e.types, ' or '))
        from (
            values
            ('id', array['integer']),
            ('signal_id', array['integer', 'bigint', 'character varying', 'text']),
            ('symbol', array['character varying', 'text']),
            ('exchange', array['character varying', 'text']),
            ('side', array['character varying', 'text']),
            ('quantity', array['numeric']),
            ('entry_price', array['numeric']),
            ('stop_loss_price', array['numeric']),
            ('realized_pnl', array['numeric']),
            ('fees', array['numeric']),
            ('status', array['character varying', 'text']),
            ('exit_reason', array['character varying', 'text']),
            ('exchange_order_id', array['character varying', 'text']),
            ('opened_at', array['timestamp without time zone', 'timestamp with time zone']),
            ('closed_at', array['timestamp without time zone', 'timestamp with time zone']),
            ('updated_at', array['timestamp without time zone', 'timestamp with time zone']),
            ('created_at', array['timestamp without time zone', 'timestamp with time zone'])
        ) as e (name, types)
        left join pg_attribute as a on a.attrelid = v_table.oid and a.attname = e.name and a.attnum > 0
        where format_type(a.atttypid, null) = any (e.types) is not true
        union all
        select 'column without a default', to_jsonb(a.attname)
        from pg_attribute as a
        where a.attrelid = v_table.oid
            and a.attnum > 0
            and not a.attisdropped
            and a.attnotnull
            and not a.atthasdef
            and a.attidentity = ''
            and a.attname not in (
                'symbol', 'exchange', 'side', 'quantity', 'entry_price', 'status', 'created_at', 'updated_at'
            )
        union all
        select 'column in the way', to_jsonb(a.attname)
        from pg_attribute as a
        where a.attrelid = v_table.oid
            and a.attname in (
                'account', 'position_side', 'stop_loss_percent', 'origin', 'request_id', 'attempt', 'signal', 'order_key', 'details',
                'filled_quantity', 'average_price', 'open_quantity', 'exit_price', 'stop_loss_order', 'stop_loss_order_id',
                'stop_loss_attempt', 'stop_loss_sized', 'close_attempt', 'close_quantity', 'orders_arrived', 'orders_in_hand',
                'own_orders', 'orders_withheld', 'ends_as', 'fence', 'lease_until', 'drive_attempt', 'taken_over', 'activated_at',
                'exposure_at', 'orders_at', 'move', 'move_details', 'priced_at'
            )
        union all
        select 'no primary key on id', 'null'
        where not exists (
            select
            from pg_index as i
            inner join pg_attribute as a on a.attrelid = i.indrelid and a.attname = 'id'
            where i.indrelid = v_table.oid and i.indisprimary and i.indkey::text = a.attnum::text
        )
        union all
        select 'generated column', to_jsonb(a.attname)
        from pg_attribute as a
        where a.attrelid = v_table.oid and a.attgenerated <> ''
        union all
        select 'object in the way', to_jsonb(c.oid::regclass::text)
        from pg_class as c
        where c.relnamespace = v_table.relnamespace
            and c.relname in (
                'alerts', 'event_archives', 'exchange_aliases', 'health_findings', 'histories', 'marks', 'order_sightings', 'order_snapshots', 'position_backups', 'position_events',
                'position_statuses', 'position_transitions', 'refusals', 'sightings', 'snapshots', 'stale_fences', 'evidence',
                'priced_positions', 'position_fence', 'legacy_state', 'legacy_rows', 'idx_unique_active_position_short',
                'idx_unique_position_request', 'idx_unique_position_attempt', 'positions_closed_at', 'positions_order_key',
                'positions_position_id'
            )
    ) as x (problem, found);

    if v_problems is not null then
        raise exception using
            errcode = 'TL007',
            message = 'TL007: monitoring.positions cannot be taken over as it is',
            detail = v_problems::text,
            hint = 'See docs/deploy.md.';
    end if;
end
$$;

\ir problems.psql
do $$
begin
    perform pg_temp.refuse_problems();
end
$$;

\else

do $$
begin
    perform pg_temp.refuse_strangers('TL007', 'See docs/deploy.md.');
end
$$;

\endif

rollback;
