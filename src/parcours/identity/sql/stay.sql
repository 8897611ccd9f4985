-- model:  stay
-- grain:  one row per journey and channel: a journey is what one identifier alone, or one person, did without a silence of more than quiet_us
-- unit:   first_at and last_at in microseconds UTC; signals is a count; channel_id -1: the mapping names none
-- reads:  seen
-- source: docs/explanation/accuracy-of-identity.md

with stop as (
    select false as is_resolved, token as unit, coalesce(channel_id, -1) as channel_id, occurred_at
    from seen
    where person_id is not null
    union all
    select true as is_resolved, person_id as unit, coalesce(channel_id, -1) as channel_id, occurred_at
    from seen
    where person_id is not null
),

marked as (
    select is_resolved, unit, channel_id, occurred_at,
           case when occurred_at - lag(occurred_at) over (partition by is_resolved, unit order by occurred_at) <= :quiet_us
                then 0 else 1 end as begins
    from stop
),

numbered as (
    select is_resolved, unit, channel_id, occurred_at,
           as_bigint(sum(begins) over (partition by is_resolved, unit order by occurred_at)) as journey
    from marked
)

select is_resolved, unit, journey, channel_id, count(*) as signals, min(occurred_at) as first_at, max(occurred_at) as last_at
from numbered
group by is_resolved, unit, journey, channel_id
