-- model:  persona_signal
-- grain:  one row per signal of chosen types, or with a score, of people of a persona, the latest first
-- unit:   occurred_at in microseconds UTC; amount_minor in hundredths of the currency; score in the unit it was given in
-- reads:  seen, persona_person, term
-- source: docs/explanation/personas.md

select s.person_id, s.signal_id, s.occurred_at, t.text as type, c.text as channel, s.file_id, s.source_row,
       property_number(s.properties, 'amount_minor') as amount_minor,
       property_text(s.properties, 'currency')       as currency,
       property_text(s.properties, 'reason')         as reason,
       property_number(s.properties, 'score')        as score
from seen as s
join persona_person as p on p.person_id = s.person_id
join term as t on t.kind = 'type' and t.code = s.type_id
left join term as c on c.kind = 'channel' and c.code = s.channel_id
where p.persona = :persona
  and (list_contains(:types, s.type_id) or (:is_scored and property_number(s.properties, 'score') is not null))
order by s.occurred_at desc, s.signal_id
