-- model:  persona_worth
-- grain:  one row per persona; 0: none of these
-- unit:   purchases in purchases; value_minor in hundredths of the currency, value_square in its square, both of people and not of purchases
-- reads:  persona_person, purchase_way
-- source: docs/explanation/personas.md

with bought as (
    select p.persona, p.person_id, count(w.signal_id) as purchases, coalesce(sum(w.value_minor), 0) as value_minor
    from persona_person as p
    left join purchase_way as w on w.person_id = p.person_id
    group by p.persona, p.person_id
)

select persona, count(*) as people, count(*) filter (where purchases > 0) as buyers,
       sum(purchases) as purchases, sum(value_minor) as value_minor, sum(value_minor * value_minor) as value_square
from bought
group by persona
order by persona
