-- Deploy tradelatch:adoption/preflight to pg
-- A table monitoring.positions that is there already is taken over by later changes. This one looks, changes nothing, and refuses
-- (TL007) what could not be taken over.

\ir ../settings.psql

begin;

set local search_path = pg_catalog, pg_temp;

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
        select 'not a plain table', to_jsonb(v_table.relkind)
        where v_table.relkind <> 'r' or v_table.relispartition or v_table.relhassubclass
        union all
        select 'row level security', 'true'
        where v_table.relrowsecurity
        union all
        select
            case when a.attname is null then 'missing column' else 'other type of column' end,
            jsonb_build_object('column', e.name, 'type', format_type(a.atttypid, a.atttypmod), 'expected', e.type)
        from (
            values
            ('id', 'integer'), ('signal_id', 'integer'), ('symbol', 'character varying'), ('exchange', 'character varying'),
            ('side', 'character varying'), ('quantity', 'numeric'), ('entry_price', 'numeric'), ('stop_loss_price', 'numeric'),
            ('realized_pnl', 'numeric'), ('fees', 'numeric'), ('status', 'character varying'), ('exit_reason', 'text'),
            ('exchange_order_id', 'character varying'), ('opened_at', 'timestamp without time zone'),
            ('closed_at', 'timestamp without time zone'), ('updated_at', 'timestamp without time zone'),
            ('created_at', 'timestamp without time zone')
        ) as e (name, type)
        left join pg_attribute as a on a.attrelid = v_table.oid and a.attname = e.name and a.attnum > 0
        where format_type(a.atttypid, null) is distinct from e.type
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
        -- Their columns' types could not change.
        select distinct 'view on the table', to_jsonb(r.ev_class::regclass::text)
        from pg_depend as d
        inner join pg_rewrite as r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        where d.refclassid = 'pg_class'::regclass and d.refobjid = v_table.oid and r.ev_class <> v_table.oid
        union all
        -- It would run beside the rule of tradelatch, on rows that it does not know.
        select 'trigger on the table', to_jsonb(t.tgname)
        from pg_trigger as t
        where t.tgrelid = v_table.oid and not t.tgisinternal
        union all
        select 'generated column', to_jsonb(a.attname)
        from pg_attribute as a
        where a.attrelid = v_table.oid and a.attgenerated <> ''
        union all
        select 'object in the way', to_jsonb(c.oid::regclass::text)
        from pg_class as c
        where c.relnamespace = v_table.relnamespace
            and c.relname in (
                'alerts', 'event_archives', 'exchange_aliases', 'health_findings', 'marks', 'order_sightings', 'order_snapshots', 'position_backups', 'position_events',
                'position_statuses', 'position_transitions', 'sightings', 'snapshots', 'stale_fences', 'evidence',
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

\endif

rollback;
