-- model:  stop
-- grain:  one row per signal of a map's journeys: where somebody stopped on their way
-- unit:   at_us in microseconds UTC; lane as in lane_of; stage as in stage_of, null where it is no step; after_step the step before it
-- reads:  journey_step, journey, lane_of, stage_of, let_down_journey
-- source: docs/explanation/picture-of-a-map.md

select s.journey_id as journey, s.occurred_at as at_us, s.ordinal, s.signal_id,
       coalesce(s.step_id, -1 - s.type_id) as node,
       coalesce(l.lane, :no_lane) as lane,
       g.stage,
       last_value(s.step_id ignore nulls) over (
           partition by s.journey_id order by s.occurred_at, s.ordinal rows between unbounded preceding and 1 preceding) as after_step,
       coalesce(j.person_id, s.journey_id) as person,
       d.journey_id is not null as is_let_down
from journey_step as s
join journey as j on j.map_id = s.map_id and j.journey_id = s.journey_id
left join lane_of as l on l.channel_id = s.channel_id
left join stage_of as g on g.step_id = s.step_id
left join let_down_journey as d on d.journey_id = s.journey_id
where s.map_id = :map_id
