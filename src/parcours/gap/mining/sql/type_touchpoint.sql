-- model:  type_touchpoint
-- grain:  one row per type of signals about objects of a namespace, and touchpoint; a null namespace asks for all signals of somebody known
-- unit:   signals in signals
-- reads:  seen, term
-- source: docs/explanation/lived-journeys.md

with about as (
    select type_id, touchpoint_id, person_id,
           list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id as object_id
    from seen
)

select a.type_id, t.text as touchpoint, count(*) as signals
from about as a
join term as t on t.kind = 'touchpoint' and t.code = a.touchpoint_id
where (:namespace_id is null and a.person_id is not null) or a.object_id is not null
group by a.type_id, t.text
order by a.type_id, signals desc, touchpoint
