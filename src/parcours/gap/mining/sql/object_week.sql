-- model:  object_week
-- grain:  one row per object of a namespace and week counted from an instant
-- unit:   week is a whole number, 0 begins at the instant; signals, sales, contacts in signals; people in distinct people known
-- reads:  seen
-- source: docs/explanation/lived-journeys.md

with about as (
    select list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id as object_id,
           as_integer(floor((occurred_at - :since) / 604800000000.0)) as week, type_id, person_id
    from seen
    where objects is not null
)

select object_id, week,
       count(*)                                                    as signals,
       count(*) filter (where list_contains(:sales, type_id))      as sales,
       count(*) filter (where list_contains(:contacts, type_id))   as contacts,
       count(distinct person_id)                                   as people
from about
where object_id is not null
group by object_id, week
order by object_id, week
