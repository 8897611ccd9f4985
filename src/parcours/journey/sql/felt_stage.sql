-- model:  felt_stage
-- grain:  one row per stage after which people gave a score
-- unit:   scores in the unit they were given in; answers in scores; low_ids the signals of the lowest ones
-- reads:  stop, stage_of, signal
-- source: docs/explanation/picture-of-a-map.md

with scored as (
    select coalesce(g.stage, s.stage) as stage, s.signal_id,
           property_number(p.properties, 'score') as score
    from stop as s
    join signal as p using (signal_id)
    left join stage_of as g on g.step_id = s.after_step
    where property_number(p.properties, 'score') is not null
)

select stage, count(*) as answers, avg(score) as mean,
       exact_quantiles(score, 0.25) as low, exact_quantiles(score, 0.75) as high,
       min(score) as lowest, max(score) as highest,
       list_in_order(signal_id, score, signal_id)[1:50] as low_ids
from scored
where stage is not null
group by stage
order by stage
