-- model:  trigger_sample
-- grain:  one row per signal of a type, at most so many: always the same ones
-- unit:   properties as a JSON object, objects as the signal carries them; null: none
-- reads:  signal
-- source: docs/explanation/where-and-since-when.md

select properties, objects
from signal
where type_id = :type_id
order by signal_id
limit :at_most
