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

\ir links.psql

-- What is in the way before a row is looked at.
do $$
declare
    v_table pg_class;
    v_problems jsonb;
begin
    select c.* into v_table from pg_class as c where c.oid = to_regclass('monitoring.positions');
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
        where v_table.oid is not null and format_type(a.atttypid, null) = any (e.types) is not true
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
        where v_table.oid is not null and not exists (
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
        where c.relnamespace = to_regnamespace('monitoring')
            and c.relname in (
                'account_grants', 'advisory_locks', 'alerts', 'event_archives', 'evidence', 'exchange_aliases', 'findings_turn',
                'health_findings', 'histories', 'legacy_rows', 'legacy_state', 'lock_sightings', 'marks', 'order_sightings',
                'order_snapshots', 'position_backups', 'position_events', 'position_fence', 'position_statuses',
                'position_transitions', 'priced_positions', 'refusals', 'sightings', 'snapshots', 'stale_fences', 'symbol_aliases',
                'health_findings_open', 'idx_unique_active_position_short', 'idx_unique_position_attempt',
                'idx_unique_position_request', 'order_sightings_order', 'position_backups_position', 'position_events_at',
                'position_events_attempt', 'positions_closed_at', 'positions_order_key', 'positions_position_id',
                'refusals_position_id'
            )
        union all
        select 'schema in the way', to_jsonb(n.nspname)
        from pg_namespace as n
        where n.nspname in ('tradelatch', 'tradelatch_revert')
        union all
        -- they would open what is made in it
        select
            'default privileges in the schema',
            jsonb_build_object(
                'of', d.defaclrole::regrole, 'on', d.defaclobjtype, 'to', case x.grantee when 0 then 'PUBLIC' else x.grantee::regrole::text end
            )
        from pg_default_acl as d
        cross join aclexplode(d.defaclacl) as x
        where d.defaclnamespace = to_regnamespace('monitoring') and x.grantee <> d.defaclrole
        union all
        select *
        from pg_temp.links_of_others()
    ) as x (problem, found);

    if v_problems is not null then
        raise exception using
            errcode = 'TL007',
            message = case
                when v_table.oid is null then 'TL007: tradelatch cannot be deployed to this database as it is'
                else 'TL007: monitoring.positions cannot be taken over as it is'
            end,
            detail = v_problems::text,
            hint = 'See docs/deploy.md.';
    end if;
end
$$;

select pg_catalog.to_regclass('monitoring.positions') is not null as has_table
\gset

\if :has_table

\ir problems.psql
do $$
begin
    perform pg_temp.refuse_problems();
end
$$;

\endif

rollback;
