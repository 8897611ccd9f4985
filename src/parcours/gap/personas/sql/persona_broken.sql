-- model:  persona_broken
-- grain:  one row per promise broken for somebody of a persona, the latest first
-- unit:   occurred_at, when the promise was made, in microseconds UTC
-- reads:  verdict, persona_person, seen, term
-- source: docs/explanation/personas.md

select v.person_id, v.trigger_id as signal_id, v.trigger_at as occurred_at, t.text as promise, s.file_id, s.source_row
from verdict as v
join persona_person as p on p.person_id = v.person_id
join term as t on t.kind = 'promise' and t.code = v.promise_id
left join seen as s on s.signal_id = v.trigger_id
where p.persona = :persona and v.verdict = 'broken'
order by v.trigger_at desc, v.trigger_id
