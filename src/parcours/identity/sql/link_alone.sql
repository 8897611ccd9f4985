-- model:  link_alone
-- grain:  one row: the pair of tokens whose ids make up an item's
-- unit:   none
-- reads:  link
-- source: docs/explanation/who-is-who.md

select distinct least(token, other_token) as token, greatest(token, other_token) as other_token
from link
where other_token is not null and xor(token, other_token) = :item_id
