-- Who has what somebody waits for.

begin;
\ir setup.psql
select plan(6);

select is_internal('monitoring.named_holders(jsonb, text)', 'immutable');
select is(
    monitoring.named_holders('[{"pid": 7, "user_name": "bot", "application_name": "scanner"}]', 'holds it'),
    ': user bot, process 7, which calls itself ''scanner'', holds it', 'a session'
);
select is(
    monitoring.named_holders(
        '[{"user_name": "b", "application_name": "prepared ''x''"}, {"pid": 1, "user_name": "a", "application_name": ""}]',
        'has it locked'
    ),
    ': user b, prepared ''x'', has it locked: user a, process 1, which calls itself '''', has it locked',
    'several, a prepared transaction first'
);
select is(monitoring.named_holders(null, 'holds it'), null, 'nobody was seen');

select * from finish();
rollback;
