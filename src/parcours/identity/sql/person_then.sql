-- model:  person_then
-- grain:  one row: whose a token was after a run; no row: nobody knew it
-- unit:   none
-- reads:  person_token, identity_move
-- source: docs/explanation/who-is-who.md

with later as (
    select person_id, row_number() over (order by run_id) as place
    from identity_move
    where token = :token and run_id > :run_id
)

select person_id
from later
where place = 1 and person_id is not null
union all
select person_id
from person_token
where token = :token and not exists (select place from later)
