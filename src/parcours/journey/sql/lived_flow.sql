-- model:  lived_flow
-- grain:  one row per pair of places that followed one another on a journey
-- unit:   journeys and let_down in journeys; moves in moves; wait_s is the median in seconds
-- reads:  stop
-- source: docs/explanation/picture-of-a-map.md

with moved as (
    select journey, node, lane, at_us, is_let_down,
           lead(node) over way as next_node, lead(lane) over way as next_lane, lead(at_us) over way as next_us
    from stop
    window way as (partition by journey order by at_us, ordinal)
)

select node, lane, next_node, next_lane,
       count(*) as moves,
       count(distinct journey) as journeys,
       count(distinct journey) filter (where is_let_down) as let_down,
       exact_quantiles((next_us - at_us) / 1e6, 0.5) as wait_s
from moved
where next_node is not null
group by node, lane, next_node, next_lane
order by journeys desc, node, lane, next_node, next_lane
