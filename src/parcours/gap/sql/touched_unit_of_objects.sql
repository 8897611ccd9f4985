-- model:  touched_unit_of_objects
-- grain:  one row per object that a map by object must be made anew for
-- unit:   none
-- reads:  unsettled_unit, new_signal, seen, touched_person
-- source: docs/explanation/verdicts-and-intervals.md

with suspect as (
    select objects
    from new_signal
    where objects is not null
    union all
    select objects
    from seen
    where objects is not null and person_id in (select person_id from touched_person)
),
about as (
    select list_transform(
               list_filter(objects, lambda x: x.namespace_id = :namespace_id), lambda x: x.object_id
           ) as object_ids
    from suspect
)

select unit_id
from unsettled_unit
where unit_id is not null
union
select o.unit_id
from about as a, unnest(a.object_ids) as o(unit_id)
