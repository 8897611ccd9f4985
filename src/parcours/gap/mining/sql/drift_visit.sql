-- model:  drift_visit
-- grain:  one row per row of a walk, in the order of its journey; of every so many journeys one, where `each` is above 1
-- unit:   at_us in microseconds UTC; day on the clock of the zone; properties, objects and score as the signal carries them, objects the first of their namespace; null: none
-- reads:  walk, seen
-- source: docs/explanation/what-has-moved.md

select w.journey, w.person, w.node, w.at_us, w.signal_id,
       cast(local_time(w.at_us, :zone) as date) as day,
       s.channel_id, s.touchpoint_id, s.source_id,
       property_text(s.properties, :property_0) as property_0, property_text(s.properties, :property_1) as property_1,
       property_text(s.properties, :property_2) as property_2, property_text(s.properties, :property_3) as property_3,
       property_text(s.properties, :property_4) as property_4, property_text(s.properties, :property_5) as property_5,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_0)[1].object_id as object_0,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_1)[1].object_id as object_1,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_2)[1].object_id as object_2,
       property_number(s.properties, 'score') as score
from walk as w
join seen as s on s.signal_id = w.signal_id
where abs(w.journey % :each) = 0 and (not :scored or property_number(s.properties, 'score') is not null)
order by w.journey, w.at_us, w.ordinal
