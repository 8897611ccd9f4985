-- model:  review_alone
-- grain:  one row: the item of one id, undone merges included
-- unit:   none
-- reads:  identity_review
-- source: docs/explanation/who-is-who.md

select why, token, other_token
from identity_review
where item_id = :item_id
