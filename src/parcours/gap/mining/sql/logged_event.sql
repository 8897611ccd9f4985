-- model:  logged_event
-- grain:  one row per journey of a walk and signal in it
-- unit:   occurred_at and begins_at (first signal of the journey) in microseconds UTC; node is a code of a step, or of a type
-- reads:  walk, seen, term
-- source: docs/how-to/export-journeys.md

select w.journey, w.node, w.ordinal, s.signal_id, s.occurred_at, s.person_id, s.weight, s.properties,
       ty.text as type, ch.text as channel, tp.text as touchpoint, so.text as source,
       list_transform(s.objects, lambda x: x.object_id) as object_ids,
       min(s.occurred_at) over (partition by w.journey) as begins_at
from walk as w
join seen as s on s.ordinal = w.ordinal
join term as ty on ty.kind = 'type' and ty.code = s.type_id
join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
left join term as tp on tp.kind = 'touchpoint' and tp.code = s.touchpoint_id
