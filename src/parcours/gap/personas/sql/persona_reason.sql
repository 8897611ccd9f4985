-- model:  persona_reason
-- grain:  one row per persona and reason for which its people asked; 0: none of these
-- unit:   contacts in signals
-- reads:  seen, persona_person
-- source: docs/explanation/personas.md

select p.persona, property_text(s.properties, 'reason') as reason, count(*) as contacts
from seen as s
join persona_person as p on p.person_id = s.person_id
where list_contains(:contacts, s.type_id) and property_text(s.properties, 'reason') is not null
group by p.persona, property_text(s.properties, 'reason')
order by p.persona, contacts desc, reason
