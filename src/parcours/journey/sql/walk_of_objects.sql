-- model:  walk_of_objects
-- grain:  one row per object of a namespace and signal about it; a journey is an object
-- unit:   at_us in microseconds UTC; node is a code of a type
-- reads:  seen
-- source: docs/adr/0011-what-belongs-to-a-journey.md

with about as (
    select signal_id, type_id, occurred_at, ordinal, person_id,
           list_distinct(list_transform(
               list_filter(objects, lambda x: x.namespace_id = :namespace_id), lambda x: x.object_id
           )) as object_ids
    from seen
    where objects is not null
)

select o.journey, a.type_id as node, a.occurred_at as at_us, a.ordinal, a.person_id as person, a.signal_id
from about as a, unnest(a.object_ids) as o(journey)
