-- model:  longest_quiet
-- grain:  one row: how long journeys are quiet before they go on
-- unit:   wait_p99_s in seconds, null where no journey has two rows
-- reads:  move
-- source: docs/explanation/lived-journeys.md

select exact_quantiles((next_us - at_us) / 1e6, 0.99) as wait_p99_s
from move
where next_us is not null
