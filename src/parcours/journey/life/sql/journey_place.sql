-- model:  journey_place
-- grain:  one row per journey of a map that names a place: the first one
-- unit:   none
-- reads:  journey_step, signal
-- source: docs/explanation/lived-journeys.md

with named as (
    select s.journey_id, s.occurred_at, s.ordinal,
           list_filter(g.objects, lambda x: x.namespace_id = :namespace_id) as places
    from journey_step as s
    join signal as g using (signal_id)
    where s.map_id = :map_id
)

select journey_id, list_in_order(places[1].object_id, occurred_at, ordinal)[1] as place_id
from named
where places[1].object_id is not null
group by journey_id
