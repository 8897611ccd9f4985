-- model:  let_down
-- grain:  one row per broken verdict of a promise in one place, part of the week and time
-- unit:   trigger_at, deadline_at in microseconds UTC; target_id the signal that came too late or should not have come, null: none; since a date in the zone, null: all time
-- reads:  verdict
-- source: docs/explanation/where-and-since-when.md

with told as (
    select person_id, journey_id, trigger_id, trigger_at, deadline_at, target_id, local_time(trigger_at, :zone) as moment,
           case when :slice = 0 then slice_0 when :slice = 1 then slice_1 when :slice = 2 then slice_2 when :slice = 3 then slice_3
                when :slice = 4 then slice_4 when :slice = 5 then slice_5 when :slice = 6 then slice_6 when :slice = 7 then slice_7 end as value
    from verdict
    where promise_id = :promise_id and verdict = 'broken'
)

select person_id, journey_id, trigger_id, trigger_at, deadline_at, target_id
from told
where (:slice = -1 or value = :value)
  and isodow(moment) - 1 between :first_day and :last_day
  and hour(moment) >= :from_hour and hour(moment) < :to_hour
  and (:since is null or cast(moment as date) >= cast(:since as date))
