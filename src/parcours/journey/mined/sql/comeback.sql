-- model:  comeback
-- grain:  one row per node that journeys come back to, and the node by which they left it; via null: every way together
-- unit:   count in returns; journeys in journeys; people in distinct people known; away_median_s in seconds; between_median in rows that lie between
-- reads:  move
-- source: docs/explanation/lived-journeys.md

with visit as (
    select journey, person, node, next_node, at_us, place,
           lead(at_us) over w as back_us, lead(place) over w as back_place
    from move
    window w as (partition by journey, node order by place)
),
back as (
    select journey, person, node, next_node as via, (back_us - at_us) / 1e6 as away_s, back_place - place - 1 as between_count
    from visit
    where back_place is not null
)

select node, null as via, count(*) as count, count(distinct journey) as journeys, count(distinct person) as people,
       exact_quantiles(away_s, 0.5) as away_median_s, exact_quantiles(between_count, 0.5) as between_median
from back
group by node
union all
select node, via, count(*) as count, count(distinct journey) as journeys, count(distinct person) as people,
       exact_quantiles(away_s, 0.5) as away_median_s, exact_quantiles(between_count, 0.5) as between_median
from back
group by node, via
order by node, via nulls first
