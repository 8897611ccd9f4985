-- model:  walk_of_map
-- grain:  one row per journey of a map and signal in it; by step, signals that are no step are left out
-- unit:   at_us in microseconds UTC; node is a code of a step, or of a type
-- reads:  journey_step, journey
-- source: docs/adr/0011-what-belongs-to-a-journey.md

select s.journey_id as journey,
       case when :by_type then s.type_id else s.step_id end as node,
       s.occurred_at as at_us, s.ordinal,
       j.person_id as person, s.signal_id
from journey_step as s
join journey as j on j.map_id = s.map_id and j.journey_id = s.journey_id
where s.map_id = :map_id and (:by_type or s.step_id is not null)
