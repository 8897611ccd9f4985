-- model:  review_of_token
-- grain:  one row per item of the review queue that one of the tokens asked about is in
-- unit:   first_at in microseconds UTC; seen_with and plausible are counts
-- reads:  identity_review, asked_token
-- source: docs/explanation/who-is-who.md

select item_id, why, token, namespace_id, other_token, other_namespace_id, first_at, seen_with, plausible
from identity_review
where token in (select token from asked_token) or other_token in (select token from asked_token)
order by seen_with desc nulls last, why, item_id
