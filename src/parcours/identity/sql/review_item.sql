-- model:  review_item
-- grain:  one row per token or pair that waits for somebody to decide, the largest figures first
-- unit:   first_at in microseconds UTC; seen_with and plausible are counts; at_most is rows, null: all
-- reads:  identity_review
-- source: docs/explanation/who-is-who.md

select item_id, why, token, namespace_id, other_token, other_namespace_id, first_at, seen_with, plausible
from identity_review
where why <> 'apart'
order by seen_with desc nulls last, why, item_id
limit :at_most
