-- model:  person_journey
-- grain:  one row per journey of one person, the oldest first
-- unit:   started_at, ended_at, closed_at in microseconds UTC; signals in signals
-- reads:  journey
-- source: docs/adr/0011-what-belongs-to-a-journey.md

select map_id, started_at, ended_at, closed_at, signals
from journey
where person_id = :person_id
order by started_at, map_id, journey_id
