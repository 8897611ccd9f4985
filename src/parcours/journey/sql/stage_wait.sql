-- model:  stage_wait
-- grain:  one row per stage that people reached from the one before it
-- unit:   wait_s is the median in seconds, first sign to first sign; journeys in journeys
-- reads:  stop
-- source: docs/explanation/picture-of-a-map.md

with reached as (
    select journey, stage, min(at_us) as at_us
    from stop
    where stage is not null
    group by journey, stage
)

select b.stage, count(*) as journeys, exact_quantiles((b.at_us - a.at_us) / 1e6, 0.5) as wait_s
from reached as a
join reached as b on b.journey = a.journey and b.stage = a.stage + 1
where b.at_us >= a.at_us
group by b.stage
order by b.stage
