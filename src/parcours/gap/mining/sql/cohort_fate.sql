-- model:  cohort_fate
-- grain:  one row per journey in which a promise was kept or broken; chosen are those in which it was broken
-- unit:   none
-- reads:  verdict
-- source: docs/explanation/lived-journeys.md

select journey_id as journey, bool_or(verdict = 'broken') as is_chosen
from verdict
where promise_id = :promise_id and verdict in ('kept', 'broken') and journey_id is not null
group by journey_id
