-- model:  cohort_edge
-- grain:  one row per transition of two cohorts; a null source is the start of journeys, a null target their end
-- unit:   journeys in journeys of each cohort that take it; waits in transitions with one; slow in those longer than the median of both together
-- reads:  move, cohort
-- source: docs/explanation/lived-journeys.md

with taken as (
    select m.journey, m.node as source, m.next_node as target, (m.next_us - m.at_us) / 1e6 as wait_s, c.is_chosen
    from move as m
    join cohort as c on c.journey = m.journey
    union all
    select m.journey, null, m.node, null, c.is_chosen
    from move as m
    join cohort as c on c.journey = m.journey
    where m.place = 1
),
middle as (
    select source, target, exact_quantiles(wait_s, 0.5) as median_s
    from taken
    where wait_s is not null
    group by source, target
)

select t.source, t.target,
       count(distinct case when t.is_chosen then t.journey end) as journeys_chosen,
       count(distinct case when not t.is_chosen then t.journey end) as journeys_other,
       count(*) filter (where t.is_chosen and t.wait_s is not null) as waits_chosen,
       count(*) filter (where not t.is_chosen and t.wait_s is not null) as waits_other,
       count(*) filter (where t.is_chosen and t.wait_s > m.median_s) as slow_chosen,
       count(*) filter (where not t.is_chosen and t.wait_s > m.median_s) as slow_other,
       exact_quantiles(case when t.is_chosen then t.wait_s end, 0.5) as wait_chosen_s,
       exact_quantiles(case when not t.is_chosen then t.wait_s end, 0.5) as wait_other_s
from taken as t
left join middle as m on m.source is not distinct from t.source and m.target is not distinct from t.target
group by t.source, t.target
order by t.source nulls first, t.target nulls first
