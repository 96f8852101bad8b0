-- Is the attempt a repetition?

begin;
\ir setup.psql
select plan(15);

select is_internal('monitoring.is_known_attempt(uuid, bigint, text, jsonb)', 'stable');

insert into monitoring.position_events (position_id, event, to_status, details) values
    (1, 'create_position', 'pending_entry', '{"attempt": "11111111-1111-4111-8111-111111111111"}'),
    (1, 'confirm_entry', 'pending_sl', '{"attempt": "55555555-5555-4555-8555-555555555555", "filled_quantity": 1}'),
    (1, 'begin_close', 'pending_close', '{"attempt": "22222222-2222-4222-8222-222222222222", "reason": "x"}'),
    (1, 'confirm_close', 'closed', '{"reason": "x"}'),
    (2, 'begin_close', 'pending_close', '{"attempt": "33333333-3333-4333-8333-333333333333", "reason": "x"}');

create function known(attempt text, position_id bigint, move text, arguments text)
returns text
language sql
return answer(format(
    'monitoring.is_known_attempt(%L, %L, %L, %L)', known.attempt, known.position_id, known.move, known.arguments
));

select is(known(replace('xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx', 'x', v.digit), v.position_id, v.move, v.arguments), v.answer, v.what)
from (values
    ('2', 1, 'begin_close', '{"reason": "x"}', 'true', 'the same call, whatever came after it'),
    ('2', 1, 'begin_close', '{"reason": "y"}', 'TL005', 'other arguments'),
    ('2', 1, 'update_stop_loss', '{}', 'TL005', 'another function'),
    ('2', null, 'create_position', '{}', 'TL005', 'a creation'),
    ('1', 1, 'begin_close', '{"reason": "x"}', 'TL005', 'the attempt that created it'),
    ('1', null, 'create_position', '{}', 'true', 'that creation, wherever it led to'),
    ('1', null, 'adopt_position', '{}', 'TL005', 'another creation'),
    ('3', 1, 'begin_close', '{"reason": "x"}', 'TL005', 'an attempt at another position'),
    ('4', 1, 'begin_close', '{"reason": "x"}', 'false', 'a new one'),
    ('5', 1, 'begin_close', '{"reason": "x"}', 'false', 'one that is a detail of the caller''s'),
    (null, 1, 'begin_close', '{"reason": "x"}', 'false', 'no attempt')
) as v (digit, position_id, move, arguments, answer, what);

create function detail()
returns jsonb
language plpgsql
as $$
declare
    v_detail text;
begin
    perform monitoring.is_known_attempt('22222222-2222-4222-8222-222222222222', 1, 'begin_close', '{"reason": "y"}');
    return null;
exception
    when sqlstate 'TL005' then
        get stacked diagnostics v_detail = pg_exception_detail;
        return v_detail;
end
$$;
select ok(
    detail() @> '{"position_id": 1, "event": "begin_close", "attempt": "22222222-2222-4222-8222-222222222222"}',
    'DETAIL says what it was'
);

select * from finish();
rollback;
