-- model:  cohort_size
-- grain:  one row per cohort of a walk
-- unit:   journeys in journeys
-- reads:  move, cohort
-- source: docs/explanation/lived-journeys.md

select c.is_chosen, count(distinct m.journey) as journeys
from move as m
join cohort as c on c.journey = m.journey
group by c.is_chosen
order by c.is_chosen
