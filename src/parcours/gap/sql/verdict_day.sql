-- model:  verdict_day
-- grain:  one row per day on which a promise was made in one place and part of the week
-- unit:   day as a date in the zone; kept, broken, unobservable in verdicts
-- reads:  verdict
-- source: docs/explanation/where-and-since-when.md

with told as (
    select verdict, local_time(trigger_at, :zone) as moment,
           case when :slice = 0 then slice_0 when :slice = 1 then slice_1 when :slice = 2 then slice_2 when :slice = 3 then slice_3
                when :slice = 4 then slice_4 when :slice = 5 then slice_5 when :slice = 6 then slice_6 when :slice = 7 then slice_7 end as value
    from verdict
    where promise_id = :promise_id and verdict in ('kept', 'broken', 'unobservable')
)

select cast(moment as date) as day,
       count(*) filter (where verdict = 'kept')         as kept,
       count(*) filter (where verdict = 'broken')       as broken,
       count(*) filter (where verdict = 'unobservable') as unobservable
from told
where (:slice = -1 or value = :value)
  and isodow(moment) - 1 between :first_day and :last_day
  and hour(moment) >= :from_hour and hour(moment) < :to_hour
group by cast(moment as date)
order by day
