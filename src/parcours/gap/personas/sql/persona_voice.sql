-- model:  persona_voice
-- grain:  one row per persona; 0: none of these
-- unit:   contacts in signals; answers in scores given; score in the unit it was given in
-- reads:  seen, persona_person
-- source: docs/explanation/personas.md

with told as (
    select p.persona, list_contains(:contacts, s.type_id) as is_contact,
           property_number(s.properties, 'score') as score
    from seen as s
    join persona_person as p on p.person_id = s.person_id
)

select persona, count(*) filter (where is_contact) as contacts, count(score) as answers,
       sum(score) as score_sum, sum(score * score) as score_square
from told
group by persona
order by persona
