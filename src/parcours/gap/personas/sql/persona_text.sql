-- model:  persona_text
-- grain:  one row per signal with a score that somebody of a persona gave, the latest first; at most so many a persona
-- unit:   score in the unit it was given in; occurred_at in microseconds UTC
-- reads:  seen, persona_person
-- source: docs/explanation/personas.md

with said as (
    select p.persona, s.person_id, s.signal_id, s.occurred_at, property_number(s.properties, 'score') as score,
           row_number() over (partition by p.persona order by s.occurred_at desc, s.signal_id) as place
    from seen as s
    join persona_person as p on p.person_id = s.person_id
    where property_number(s.properties, 'score') is not null
)

select persona, person_id, signal_id, occurred_at, score
from said
where place <= :most
order by persona, place
