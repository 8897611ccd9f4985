-- model:  source_day
-- grain:  one row per source, type of signal and day of the same weekday as the day asked for
-- unit:   day as a date in the zone; signals in signals
-- reads:  seen, term
-- source: docs/explanation/what-is-at-stake.md

select so.text as source, ty.text as type, cast(local_time(s.occurred_at, :zone) as date) as day, count(*) as signals
from seen as s
join term as so on so.kind = 'source' and so.code = s.source_id
join term as ty on ty.kind = 'type' and ty.code = s.type_id
where isodow(local_time(s.occurred_at, :zone)) = :isodow
group by so.text, ty.text, cast(local_time(s.occurred_at, :zone) as date)
order by source, type, day
