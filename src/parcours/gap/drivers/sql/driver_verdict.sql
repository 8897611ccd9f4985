-- model:  driver_verdict
-- grain:  one row per journey of a map and promise made on it; of many journeys, a sample
-- unit:   instants in microseconds UTC; broken_at: since when anybody could know that it is broken, null where it is not; kept_at: when what was promised came, null where it did not; trigger_at and trigger_id of the first such promise
-- reads:  verdict
-- source: docs/explanation/what-drives-it.md

with told as (
    select journey_id, promise_id, verdict, trigger_id, trigger_at, target_at,
           case when verdict = 'broken' then least(coalesce(deadline_at, target_at), coalesce(target_at, deadline_at)) end as broken_at,
           slice_0, slice_1, slice_2, slice_3, slice_4, slice_5, slice_6, slice_7,
           row_number() over (partition by journey_id, promise_id order by trigger_at, trigger_id) as place
    from verdict
    where map_id = :map_id and journey_id is not null and (journey_id & :mask) = 0
)

select journey_id, promise_id,
       bool_or(verdict = 'broken')                         as is_broken,
       bool_or(verdict = 'unobservable')                   as is_unseen,
       min(broken_at)                                      as broken_at,
       min(case when place = 1 then trigger_id end)        as trigger_id,
       min(trigger_at)                                     as trigger_at,
       min(case when place = 1 then target_at end)         as kept_at,
       min(slice_0) as slice_0, min(slice_1) as slice_1, min(slice_2) as slice_2, min(slice_3) as slice_3,
       min(slice_4) as slice_4, min(slice_5) as slice_5, min(slice_6) as slice_6, min(slice_7) as slice_7
from told
group by journey_id, promise_id
order by journey_id, promise_id
