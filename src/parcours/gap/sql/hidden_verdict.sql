-- model:  hidden_verdict
-- grain:  one row per silence that hides something
-- unit:   verdicts that are not observable, and their journeys, in verdicts and journeys
-- reads:  hiding, verdict, signal
-- source: docs/explanation/listening.md

select h.number, h.promise_id, count(*) as verdicts, count(distinct v.journey_id) as journeys
from verdict as v
join hiding as h on h.promise_id = v.promise_id
left join signal as s on s.signal_id = v.trigger_id
where v.verdict = 'unobservable'
  and least(v.trigger_at, v.from_at) < h.until
  and greatest(v.trigger_at, v.deadline_at) > h.since
  and (h.place_id is null
       or list_filter(s.objects, lambda x: x.namespace_id = :namespace_id)[1].object_id = h.place_id)
group by h.number, h.promise_id
order by h.number, h.promise_id
