-- model:  broken_by_person
-- grain:  one row per promise broken to a known person, once whatever its parts
-- unit:   trigger_at in microseconds UTC
-- reads:  verdict, priced_promise
-- source: docs/explanation/what-a-gap-costs.md

select v.person_id, v.promise_id, v.trigger_at
from verdict as v
join priced_promise as p on p.promise_id = v.promise_id
where v.verdict = 'broken' and v.person_id is not null
group by v.person_id, v.promise_id, v.trigger_at, v.trigger_id
order by v.person_id, v.trigger_at, v.promise_id
