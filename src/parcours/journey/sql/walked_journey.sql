-- model:  walked_journey
-- grain:  one row per journey of a walk that is asked for
-- unit:   started_at in microseconds UTC; person is null where nobody is known
-- reads:  walk, asked_journey
-- source: docs/adr/0011-what-belongs-to-a-journey.md

select w.journey, min(w.person) as person, min(w.at_us) as started_at
from walk as w
join asked_journey as a on a.journey = w.journey
group by w.journey
