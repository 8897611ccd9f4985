-- model:  verdict_evidence
-- grain:  one row per verdict of a promise, the newest first, with the rows of files behind it
-- unit:   trigger_at, deadline_at, target_at, from_at, original_deadline_at in microseconds UTC; rows as source_row in signal; asked for by clock in the zone
-- reads:  verdict, object, signal, chosen_case
-- source: docs/adr/0007-what-a-verdict-means.md

-- A parameter that is null asks for everything; an object is what a verdict is about, its part, or what its trigger carries.
with carrying as (
    select signal_id
    from signal
    where :object_id is not null and list_contains(list_transform(objects, lambda x: x.object_id), :object_id)
),
timed as (
    select unit_id, person_id, trigger_id, trigger_at, deadline_at, target_id, target_at, verdict, week,
           from_at, found, asked, original_deadline_at, original_verdict, part_id, denied_id,
           slice_0, slice_1, slice_2, slice_3, slice_4, slice_5, slice_6, slice_7,
           local_time(trigger_at, :zone) as moment
    from verdict
    where promise_id = :promise_id
),
chosen as (
    select unit_id, person_id, trigger_id, trigger_at, deadline_at, target_id, target_at, verdict, week,
           from_at, found, asked, original_deadline_at, original_verdict, part_id, denied_id,
           slice_0, slice_1, slice_2, slice_3, slice_4, slice_5, slice_6, slice_7
    from timed
    where (:verdict is null or verdict = :verdict)
      and (:person_id is null or person_id = :person_id)
      and (:object_id is null or unit_id = :object_id or part_id = :object_id or trigger_id in (select signal_id from carrying))
      and (:week is null or week = :week)
      and (:slice_0 is null or slice_0 = :slice_0)
      and (:slice_1 is null or slice_1 = :slice_1)
      and (:slice_2 is null or slice_2 = :slice_2)
      and (:slice_3 is null or slice_3 = :slice_3)
      and (:slice_4 is null or slice_4 = :slice_4)
      and (:slice_5 is null or slice_5 = :slice_5)
      and (:slice_6 is null or slice_6 = :slice_6)
      and (:slice_7 is null or slice_7 = :slice_7)
      and (:first_day is null or isodow(moment) - 1 between :first_day and :last_day)
      and (:from_hour is null or (hour(moment) >= :from_hour and hour(moment) < :to_hour))
      and (:since is null or cast(moment as date) >= cast(:since as date))
      and (:until is null or cast(moment as date) <= cast(:until as date))
      and (:all_cases or trigger_id in (select trigger_id from chosen_case))
    order by trigger_at desc, trigger_id, unit_id, part_id nulls first
    limit :at_most
),
named as (
    select object_id, min(value) as unit
    from object
    where object_id in (select unit_id from chosen union all select part_id from chosen)
    group by object_id
)

select c.person_id, n.unit, c.verdict, c.trigger_id, c.trigger_at, c.deadline_at, c.target_id, c.target_at, c.week,
       c.slice_0, c.slice_1, c.slice_2, c.slice_3, c.slice_4, c.slice_5, c.slice_6, c.slice_7,
       c.unit_id, c.part_id, c.denied_id, p.unit as part, c.from_at, c.found, c.asked, c.original_deadline_at, c.original_verdict,
       t.file_id as trigger_file, t.source_row as trigger_row,
       x.file_id as target_file, x.source_row as target_row,
       d.file_id as denied_file, d.source_row as denied_row
from chosen as c
left join named as n on n.object_id = c.unit_id
left join named as p on p.object_id = c.part_id
left join signal as t on t.signal_id = c.trigger_id
left join signal as x on x.signal_id = c.target_id
left join signal as d on d.signal_id = c.denied_id
order by c.trigger_at desc, c.trigger_id, c.unit_id, c.part_id nulls first
