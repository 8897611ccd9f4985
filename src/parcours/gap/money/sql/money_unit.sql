-- model:  money_unit
-- grain:  one row per promise and trigger that a known person met, kept or broken; of large promises, of some people only
-- unit:   trigger_at in microseconds UTC; day in days since 1970, weekday 0 is Monday, hour 0 to 23, all in the zone; weight in cases of the population
-- reads:  verdict, sampled_promise
-- source: docs/explanation/what-a-gap-costs.md

select v.promise_id, v.person_id, v.trigger_id, v.trigger_at,
       bool_or(v.verdict = 'broken')                                              as is_broken,
       max(coalesce(v.weight, 1))                                                 as weight,
       hour(local_time(v.trigger_at, :zone))                                      as hour,
       isodow(local_time(v.trigger_at, :zone)) - 1                                as weekday,
       min(v.slice_0) as slice_0, min(v.slice_1) as slice_1, min(v.slice_2) as slice_2, min(v.slice_3) as slice_3,
       min(v.slice_4) as slice_4, min(v.slice_5) as slice_5, min(v.slice_6) as slice_6, min(v.slice_7) as slice_7
from verdict as v
join sampled_promise as p on p.promise_id = v.promise_id
where v.verdict in ('kept', 'broken') and v.person_id is not null
  and (v.person_id & case when v.verdict = 'broken' then p.broken_mask else p.kept_mask end) = 0
group by v.promise_id, v.person_id, v.trigger_id, v.trigger_at
order by v.promise_id, v.person_id, v.trigger_at, v.trigger_id
