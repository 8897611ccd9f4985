-- model:  walked_signal
-- grain:  one row per signal of one journey of a map, in the order they were lived
-- unit:   occurred_at in microseconds UTC; source_row as in signal; step_id null: on no step
-- reads:  journey_step, seen, term
-- source: docs/explanation/lived-journeys.md

select s.signal_id, s.occurred_at, j.step_id,
       ty.text as type, ch.text as channel, tp.text as touchpoint, so.text as source,
       s.file_id, s.source_row, s.properties
from journey_step as j
join seen as s on s.signal_id = j.signal_id
join term as ty on ty.kind = 'type' and ty.code = s.type_id
join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
left join term as tp on tp.kind = 'touchpoint' and tp.code = s.touchpoint_id
where j.map_id = :map_id and j.journey_id = :journey_id
order by j.occurred_at, j.ordinal
