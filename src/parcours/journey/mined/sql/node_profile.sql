-- model:  node_profile
-- grain:  one row per node of a walk
-- unit:   journeys, firsts, lasts in journeys; waits in seconds since the journey began, at its first visit; place_mean in rows from 1
-- reads:  move
-- source: docs/explanation/lived-journeys.md

with begun as (
    select journey, node, min(at_us) as at_us, min(place) as place,
           bool_or(place = 1) as is_first, bool_or(next_node is null) as is_last
    from move
    group by journey, node
),
started as (
    select journey, min(at_us) as start_us
    from move
    group by journey
)

select b.node, count(*) as journeys,
       count(*) filter (where b.is_first) as firsts,
       count(*) filter (where b.is_last) as lasts,
       exact_quantiles((b.at_us - s.start_us) / 1e6, 0.5) as wait_median_s,
       exact_quantiles((b.at_us - s.start_us) / 1e6, 0.9) as wait_p90_s,
       avg(b.place) as place_mean
from begun as b
join started as s on s.journey = b.journey
group by b.node
order by b.node
