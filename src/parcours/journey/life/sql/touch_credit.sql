-- model:  touch_credit
-- grain:  one row per node that outcomes were preceded by
-- unit:   touches in signals; last_outcomes, decayed_outcomes in outcomes: all of each to the last touch, or shared among its touches by age
-- reads:  episode
-- source: docs/explanation/lived-journeys.md

with weighed as (
    select person_id, episode, node,
           power(0.5, (outcome_us - at_us) / :half_life) as weight,
           row_number() over (partition by person_id, episode order by at_us desc, ordinal desc) = 1 as is_last
    from episode
    where not is_outcome and outcome_us is not null
),
shared as (
    select node, is_last, weight / sum(weight) over (partition by person_id, episode) as credit
    from weighed
)

select node, count(*) as touches,
       count(*) filter (where is_last) as last_outcomes,
       sum(credit) as decayed_outcomes
from shared
group by node
order by node
