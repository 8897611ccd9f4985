-- model:  proof_signal
-- grain:  one row per signal asked for
-- unit:   occurred_at in microseconds UTC; source_row as in signal
-- reads:  seen, term
-- source: docs/explanation/lake-and-vault.md

select s.signal_id, s.occurred_at, ty.text as type, ch.text as channel, tp.text as touchpoint, so.text as source,
       s.file_id, s.source_row, s.properties,
       list_transform(s.objects, lambda x: x.object_id) as object_ids
from seen as s
join term as ty on ty.kind = 'type' and ty.code = s.type_id
left join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
left join term as tp on tp.kind = 'touchpoint' and tp.code = s.touchpoint_id
where s.signal_id in (select unnest(:signal_ids))
