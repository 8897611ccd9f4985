-- model:  token_then
-- grain:  one row per token that a person had after a run
-- unit:   first_at in microseconds UTC; null: the token is not known any more
-- reads:  person_token, identity_move
-- source: docs/explanation/who-is-who.md

with later as (
    select token, person_id, row_number() over (partition by token order by run_id) as place
    from identity_move
    where run_id > :run_id
)

select p.token, p.first_at
from person_token as p
left join later as l on l.token = p.token and l.place = 1
where p.person_id = :person_id and l.token is null
union all
select l.token, p.first_at
from later as l
left join person_token as p on p.token = l.token
where l.place = 1 and l.person_id = :person_id
