-- model:  waiting_item
-- grain:  one row per reason for which something waits for somebody to decide
-- unit:   items is a count
-- reads:  identity_review, decided_item
-- source: docs/explanation/who-is-who.md

select r.why, count(*) as items
from identity_review as r
left join decided_item as d on d.item_id = r.item_id
where r.why <> 'apart' and d.item_id is null
group by r.why
order by items desc, r.why
