-- model:  group_wait
-- grain:  one row per typical path and place in it that is followed by another
-- unit:   wait_median_s in seconds, of the journeys that are the path itself
-- reads:  move, path_group
-- source: docs/explanation/lived-journeys.md

select g.typical, m.place, exact_quantiles((m.next_us - m.at_us) / 1e6, 0.5) as wait_median_s
from move as m
join path_group as g on g.journey = m.journey and g.is_self
where m.next_us is not null
group by g.typical, m.place
order by g.typical, m.place
