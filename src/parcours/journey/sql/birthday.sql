-- model:  birthday
-- grain:  one row per person of whom a birth date is told, and birthday since then
-- unit:   occurred_at in microseconds UTC, the start of the day; signal_id is made of both and is no signal's in the lake
-- reads:  birth_date, birth_day, person_token
-- source: docs/reference/promises.md

-- Of several dates the one told last holds, and before all one that somebody corrected.
with told as (
    select p.person_id, min(b.told_at) as known_at, max(b.told_at) as last_at, max(b.correction) as correction
    from birth_date as b
    join person_token as p on p.token = b.token
    group by p.person_id
),
held as (
    select t.person_id, t.known_at, max(b.born) as born
    from told as t
    join person_token as p on p.person_id = t.person_id
    join birth_date as b on b.token = p.token
    where b.correction = t.correction and (b.correction > 0 or b.told_at = t.last_at)
    group by t.person_id, t.known_at
)

select xor(h.person_id, d.starts_at) as signal_id, h.person_id, d.starts_at as occurred_at
from held as h
join birth_day as d on d.month_day = substr(h.born, 6, 5)
where d.starts_at > h.known_at and d.starts_at <= :as_of
