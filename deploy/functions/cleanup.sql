-- Deploy tradelatch:functions/cleanup to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create function tradelatch.cleanup(
    mode text,
    exchange text default null,
    symbol text default null,
    account text default null,
    older_than interval default '0',
    dry_run boolean default true,
    reason text default 'cleanup'
)
returns setof tradelatch.cleanup_action
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
    -- In this order no mode makes another one's problem: a duplicate that is gone leaves one row to judge, and nothing is
    -- adopted into a slot that is being judged.
    v_modes text[] := array['duplicates', 'orphaned_db', 'incomplete', 'orphaned_exchange'];
    v_exchange text := case when cleanup.exchange is not null then monitoring.canonical_exchange(cleanup.exchange) end;
    v_account text := monitoring.check_name('account', cleanup.account, 64, true);
    v_symbols text[] := monitoring.symbols_of(v_exchange, cleanup.symbol);
    v_older_than interval := monitoring.check_age('older_than', cleanup.older_than);
    v_dry_run boolean := monitoring.check_switch('dry_run', cleanup.dry_run);
    v_reason text := monitoring.check_text('reason', cleanup.reason, 1000);
    v_backup_id uuid := gen_random_uuid();
    v_mode text := lower(btrim(cleanup.mode));
    v_left integer := monitoring.bulk_limit();
    v_looks boolean := true;
    v_ended bigint[] := array[]::bigint[];
    v_all tradelatch.finding[];
    v_found tradelatch.finding[];
    v_chosen tradelatch.finding[];
    v_done tradelatch.cleanup_action[];
    v_place integer;
    v_finding tradelatch.finding;
    v_action tradelatch.cleanup_action;
begin
    if v_mode is null or v_mode <> all (v_modes || text 'all') then
        perform monitoring.refuse_argument(
            'mode', 'must be duplicates, incomplete, orphaned_db, orphaned_exchange or all', cleanup.mode
        );
    end if;
    perform monitoring.keep_durable();

    foreach v_mode in array case v_mode when 'all' then v_modes else array[v_mode] end loop
        -- One look, until something was changed.
        if v_looks then
            v_all := array(
                select f
                from monitoring.findings(v_exchange, v_account, v_symbols, interval '5 minutes') as f
                -- an exchange's own id is another symbol on the next one
                where cleanup.symbol is null or f.symbol = monitoring.canonical_symbol(f.exchange, cleanup.symbol)
            );
            v_looks := false;
        end if;
        v_found := array(
            select f
            from unnest(v_all) as f
            where f.age >= v_older_than
                -- what this call ended, and is to be cancelled now, is said once
                and (f.position_id = any (v_ended)) is not true
                and v_mode = case
                    when f.check_name = 'duplicate' then 'duplicates'
                    when f.check_name in ('orphaned_db', 'orphaned_exchange') then f.check_name
                    when f.check_name in ('incomplete', f.status) or f.check_name = 'no_stop_loss' and f.status = 'pending_sl'
                        then 'incomplete'
                end
            order by f.exchange, f.account, f.symbol, f.position_side, f.position_id
        );
        v_chosen := array(
            select f
            from unnest(v_found) as f
            where f.detail ->> 'to_status' is not null
        );
        v_chosen := v_chosen[:v_left];
        v_left := v_left - cardinality(v_chosen);
        if not v_dry_run then
            v_looks := cardinality(v_chosen) > 0;
            v_done := array(select a from monitoring.carry_out(v_chosen, 'cleanup', v_reason, v_backup_id) as a);
            v_ended := v_ended || array(select d.position_id from unnest(v_done) as d where d.action = 'end');
        end if;

        v_place := 0;
        foreach v_finding in array v_found loop
            v_action := null;
            v_action.position_id := v_finding.position_id;
            v_action.action := 'needs recover';
            v_action.from_status := v_finding.status;
            v_action.detail := v_finding.detail || jsonb_build_object(
                'check_name', v_finding.check_name,
                'next', v_finding.action,
                'exchange', v_finding.exchange,
                'account', v_finding.account,
                'symbol', v_finding.symbol,
                'position_side', v_finding.position_side
            );
            if v_finding.detail ->> 'to_status' is not null then
                v_place := v_place + 1;
                if v_place > cardinality(v_chosen) then
                    v_action.action := 'needs another call';
                elsif v_dry_run then
                    v_action.action := case v_finding.check_name when 'orphaned_exchange' then 'adopt' else 'end' end;
                    v_action.to_status := v_finding.detail ->> 'to_status';
                else
                    v_action := v_done[v_place];
                end if;
            end if;
            return next v_action;
        end loop;
    end loop;
end
$$;

comment on function tradelatch.cleanup(text, text, text, text, interval, boolean, text) is
$$Ends what is proven over and adopts what is proven there, from what reconcile recorded; for operators. A dry run unless told otherwise.
mode: duplicates, incomplete, orphaned_db, orphaned_exchange, or all of them in an order that makes no new problem.
exchange, symbol, account narrow it down; older_than: for how long a finding must have stood. reason goes into the log, at most 1000 characters.
What may have reached the exchange is never guessed at: without evidence, and for an unfinished position as long as an order of it is left,
the action is needs recover, and nothing changes. orphaned_db and duplicates become pending_cancels while orders are left, for recovery to
cancel, unless one may still be sent.
A slot that is locked is left alone (busy). One call changes at most 1000 positions: the others are left to the next one (needs another call).
Everything that changes is backed up in the same transaction; restore_backup gives it back.
Errors: 22023; 40001 above READ COMMITTED.$$;

revoke all on function tradelatch.cleanup(text, text, text, text, interval, boolean, text) from public;
grant execute on function tradelatch.cleanup(text, text, text, text, interval, boolean, text) to tradelatch_operator;

commit;
