-- model:  crossing_person
-- grain:  one row per journey over several channels of a person none of whose identifiers alone met two, the richest first
-- unit:   first_at and last_at in microseconds UTC; channels and signals are counts; at_most is rows
-- reads:  seen, stay
-- source: docs/explanation/accuracy-of-identity.md

with journey as (
    select unit as person_id, journey, count(*) as channels, sum(signals) as signals, min(first_at) as first_at, max(last_at) as last_at
    from stay
    where is_resolved
    group by unit, journey
),

alone as (
    select unit as token
    from stay
    where not is_resolved
    group by unit, journey
    having count(*) > 1
),

crossed as (
    select distinct s.person_id
    from seen as s
    join alone as a on a.token = s.token
)

select w.person_id, w.first_at, w.last_at, w.channels, as_bigint(w.signals) as signals
from journey as w
left join crossed as c on c.person_id = w.person_id
where w.channels > 1 and c.person_id is null
order by w.channels desc, w.signals desc, w.person_id, w.first_at
limit :at_most
