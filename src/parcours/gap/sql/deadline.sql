-- model:  deadline
-- grain:  one row per signal and clock that starts a promise with a calendar, where it ever opens again
-- unit:   instants in microseconds UTC; counted, waited and stretch in what the calendar counts, microseconds of opening time or working days, less than nothing where a promise looks back; day in 24 hours since origin
-- reads:  awaited, clock_start, clock_due
-- source: docs/reference/promises.md

with started as (
    select a.signal_id, a.clock_id,
           s.counted + case when s.runs then a.at_us - s.since_us else 0 end + :waited as goal
    from awaited as a
    join clock_start as s
      on s.clock_id = a.clock_id and s.day = (a.at_us - :origin) // :day
     and a.at_us >= s.since_us and a.at_us < s.until_us
)

select s.signal_id, s.clock_id, d.due_from + case when d.runs then s.goal - d.counted_from else 0 end as deadline_at
from started as s
join clock_due as d
  on d.clock_id = s.clock_id and d.stretch = (s.goal - 1) // :stretch
 and s.goal between d.counted_from and d.counted_until
