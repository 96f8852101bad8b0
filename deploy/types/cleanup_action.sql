-- Deploy tradelatch:types/cleanup_action to pg

\ir ../settings.psql

begin;

\ir ../owner.psql

create type tradelatch.cleanup_action as (
    backup_id uuid,
    position_id bigint,
    action text,
    from_status text,
    to_status text,
    detail jsonb
);

comment on type tradelatch.cleanup_action is 'What cleanup or restore_backup did with a position, or would do.';
comment on column tradelatch.cleanup_action.backup_id is 'Where the position can be restored from; null in a dry run, and where nothing changed.';
comment on column tradelatch.cleanup_action.position_id is 'Null for a position that would be adopted.';
comment on column tradelatch.cleanup_action.action is
'end, adopt, restore; or, where nothing changes: needs recover (there is no evidence; detail says what next), needs another call (one call changes 1000 positions at most), busy (its slot was locked, or it moved meanwhile), refused (a restore would break the contract; detail says why)';
comment on column tradelatch.cleanup_action.to_status is 'Null where nothing changes.';
comment on column tradelatch.cleanup_action.detail is 'As in a finding.';

grant usage on type tradelatch.cleanup_action to tradelatch_operator;
revoke usage on type tradelatch.cleanup_action from public;

commit;
