-- model:  touched_person
-- grain:  one row per person with a new signal, or whose identity changed
-- unit:   none
-- reads:  new_signal, changed_person
-- source: docs/explanation/verdicts-and-intervals.md

select person_id
from new_signal
where person_id is not null
union
select person_id
from changed_person
