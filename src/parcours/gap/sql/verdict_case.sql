-- model:  verdict_case
-- grain:  one row per verdict kept, broken or unobservable of a map's promises that signals of one type start
-- unit:   day and hour on the clock of the zone; slices as in verdict; the rest as the signal that started it carries it, objects the first of their namespace; null: none
-- reads:  verdict, signal
-- source: docs/explanation/where-and-since-when.md

select v.promise_id, v.verdict, v.trigger_id, v.journey_id, v.person_id,
       cast(local_time(v.trigger_at, :zone) as date) as day, as_integer(hour(local_time(v.trigger_at, :zone))) as hour,
       v.slice_0, v.slice_1, v.slice_2, v.slice_3, v.slice_4, v.slice_5, v.slice_6, v.slice_7,
       s.channel_id, s.touchpoint_id, s.source_id,
       property_text(s.properties, :property_0) as property_0, property_text(s.properties, :property_1) as property_1,
       property_text(s.properties, :property_2) as property_2, property_text(s.properties, :property_3) as property_3,
       property_text(s.properties, :property_4) as property_4, property_text(s.properties, :property_5) as property_5,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_0)[1].object_id as object_0,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_1)[1].object_id as object_1,
       list_filter(s.objects, lambda x: x.namespace_id = :namespace_2)[1].object_id as object_2
from verdict as v
join signal as s on s.signal_id = v.trigger_id and s.type_id = :type_id
where v.map_id = :map_id and v.verdict in ('kept', 'broken', 'unobservable')
  and list_contains(:promise_ids, v.promise_id)
order by v.promise_id, v.trigger_at, v.trigger_id, v.journey_id, v.part_id
