-- model:  verdict_hour
-- grain:  one row per promise, value of one slice, weekday and hour of the moment the promise was made
-- unit:   weekday from 0, Monday; hour of the clock in the zone; kept, broken in verdicts
-- reads:  verdict
-- source: docs/explanation/where-and-since-when.md

-- Without a slice (-1) the value is null and stands for all.
with told as (
    select promise_id, verdict, local_time(trigger_at, :zone) as moment,
           case when :slice = 0 then slice_0 when :slice = 1 then slice_1 when :slice = 2 then slice_2 when :slice = 3 then slice_3
                when :slice = 4 then slice_4 when :slice = 5 then slice_5 when :slice = 6 then slice_6 when :slice = 7 then slice_7 end as value
    from verdict
    where map_id = :map_id and verdict in ('kept', 'broken')
)

select promise_id, value,
       as_integer(isodow(moment) - 1) as weekday, as_integer(hour(moment)) as hour,
       count(*) filter (where verdict = 'kept')   as kept,
       count(*) filter (where verdict = 'broken') as broken
from told
where value is not null or :slice = -1
group by promise_id, value, isodow(moment), hour(moment)
order by promise_id, value, weekday, hour
