-- model:  step_score
-- grain:  one row per step of a map after which somebody gave a score
-- unit:   answers in scores; score_mean in the unit they were given in; a score belongs to the last step before it that gives none itself
-- reads:  journey_step, journey, signal
-- source: docs/explanation/what-to-treat-first.md

with scored as (
    select s.journey_id, s.occurred_at, s.ordinal, s.step_id, property_number(g.properties, 'score') as score
    from journey_step as s
    join signal as g using (signal_id)
    where s.map_id = :map_id
      and s.journey_id in (select journey_id from journey where map_id = :map_id and score_count > 0)
),
placed as (
    select score,
           last_value(case when score is null then step_id end ignore nulls) over (
               partition by journey_id order by occurred_at, ordinal rows between unbounded preceding and 1 preceding) as step_id
    from scored
)

select step_id, count(*) as answers, avg(score) as score_mean
from placed
where score is not null and step_id is not null
group by step_id
order by step_id
