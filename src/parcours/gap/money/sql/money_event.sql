-- model:  money_event
-- grain:  one row per purchase, contact or score of the people looked at
-- unit:   occurred_at in microseconds UTC; amount_minor in hundredths of the currency; score as given; null where a signal has none
-- reads:  seen, event_role, money_person
-- source: docs/explanation/what-a-gap-costs.md

select s.person_id, r.role, s.occurred_at, s.channel_id,
       property_number(s.properties, 'amount_minor') as amount_minor,
       property_text(s.properties, 'currency')       as currency,
       property_number(s.properties, 'score')        as score
from seen as s
join event_role as r on r.type_id = s.type_id
join money_person as p on p.person_id = s.person_id
order by s.person_id, s.occurred_at, s.ordinal
