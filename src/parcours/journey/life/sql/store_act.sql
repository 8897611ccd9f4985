-- model:  store_act
-- grain:  one row per store and type of what happened there about no order: trial, discovery, advice, as the retailer's types name it
-- unit:   signals in signals; people in distinct people known
-- reads:  seen
-- source: docs/explanation/lived-journeys.md

with told as (
    select person_id, type_id,
           list_filter(objects, lambda x: x.namespace_id = :store_namespace)[1].object_id as store_id,
           list_filter(objects, lambda x: list_contains(:dealings, x.namespace_id))[1].object_id as dealing_id
    from seen
    where list_contains(:store, channel_id) and not list_contains(:sales, type_id)
)

select store_id, type_id, count(*) as signals, count(distinct person_id) as people
from told
where store_id is not null and dealing_id is null
group by store_id, type_id
order by store_id, signals desc, type_id
