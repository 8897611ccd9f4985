-- model:  unsettled_unit
-- grain:  one row per reason to look again at what a map already says of a unit
-- unit:   none
-- reads:  map_journey, map_verdict, touched_person
-- source: docs/explanation/verdicts-and-intervals.md

select unit_id
from map_journey
where closed_at is null or person_id in (select person_id from touched_person)
union all
select j.unit_id
from map_verdict as v
join map_journey as j on j.journey_id = v.journey_id
where v.verdict in ('pending', 'unobservable')
