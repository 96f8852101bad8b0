-- Whether an active position has an order beside its stop-loss that somebody must look after.

begin;
\ir setup.psql
select plan(15);

select is_in_views('monitoring.is_unguarded(text[], jsonb, text[], text)', 'immutable');

select is(monitoring.is_unguarded(v.arrived, v.in_hand, v.own, v.stop_loss), v.is_unguarded, v.what)
from (values
    ('{}'::text[], null::jsonb, null::text[], null, false, 'no order at all'),
    (array['Ks1'], null, null, 'Ks1', false, 'its stop-loss'),
    (array['Ks1', '*'], null, null, 'Ks1', false, 'and closing orders that nobody can name'),
    (array['*'], null, null, null, false, 'those alone'),
    (array['Ks1', 'x'], null, array['x'], 'Ks1', false, 'and a take-profit'),
    (array['Ks1'], jsonb '{"x": {"driver": true}}', array['x'], 'Ks1', false, 'that is on its way'),
    (array['Ke1', 'Ks1'], null, null, 'Ks1', true, 'and a resting entry'),
    (array['Ks1', 'Ks2'], null, null, 'Ks2', true, 'and a stop-loss before it'),
    (array['Ks1'], null, null, null, true, 'a stop-loss that is not known to stand'),
    (array['Ks2'], jsonb '{"Ks1": {"until": "2026-01-01"}}', null, 'Ks2', true, 'and one that may still be sent'),
    (array['Ks1', 'x', 'y'], null, array['x'], 'Ks1', true, 'and one beside the bot''s own'),
    (array['id:9'], null, null, 'id:9', false, 'a stop-loss without an id of ours')
) as v (arrived, in_hand, own, stop_loss, is_unguarded, what);

select * from finish();
rollback;
