-- model:  holding_file
-- grain:  one row per imported file whose accepted rows name the person or a thing of theirs
-- unit:   none
-- reads:  link, held_signal, object, held_token, held_object
-- source: docs/explanation/rights.md

select file_id
from link
where token in (select token from held_token) or other_token in (select token from held_token)
union
select file_id
from held_signal
union
select file_id
from object
where object_id in (select object_id from held_object)
order by file_id
