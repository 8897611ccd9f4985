-- model:  verdict_of_truth
-- grain:  one row per promise, true verdict and verdict of ours, over promises that are settled, those that a silent system hid apart
-- unit:   promises in promises; found null: we did not judge it
-- reads:  true_verdict, promise_name, verdict, signal, object, term
-- source: docs/explanation/bench.md

-- A promise is known by what triggered it: an order, a ticket, a return, a repair.
with triggered as (
    select promise_id, verdict, unnest(objects) as item
    from verdict as v
    join signal as s on s.signal_id = v.trigger_id
),
judged as (
    select n.map, n.promise, k.text as namespace, o.value as identifier, min(t.verdict) as verdict
    from triggered as t
    join promise_name as n using (promise_id)
    join (select distinct namespace_id, object_id, value from object) as o
      on o.namespace_id = t.item.namespace_id and o.object_id = t.item.object_id
    join term as k on k.kind = 'namespace' and k.code = o.namespace_id
    group by n.map, n.promise, k.text, o.value
)

select t.map, t.promise, t.verdict as truth, t.silent, j.verdict as found, count(*) as promises
from true_verdict as t
left join judged as j
  on j.map = t.map and j.promise = t.promise and j.namespace = t.namespace and j.identifier = t.identifier
where t.settled
group by t.map, t.promise, t.verdict, t.silent, j.verdict
order by t.map, t.promise, truth, t.silent, found nulls last
