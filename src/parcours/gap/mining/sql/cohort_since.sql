-- model:  cohort_since
-- grain:  one row per journey of a walk; chosen are those that begin at an instant or later
-- unit:   since in microseconds UTC
-- reads:  move
-- source: docs/explanation/lived-journeys.md

select journey, at_us >= :since as is_chosen
from move
where place = 1
