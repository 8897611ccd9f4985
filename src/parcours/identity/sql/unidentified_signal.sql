-- model:  unidentified_signal
-- grain:  one row per signal without an identifier, of one channel or of all, the newest first
-- unit:   occurred_at in microseconds UTC; source_row as in signal; channel null: all; at_most is rows
-- reads:  seen, term
-- source: docs/explanation/accuracy-of-identity.md

select s.occurred_at, ty.text as type, ch.text as channel, tp.text as touchpoint, so.text as source, s.file_id, s.source_row
from seen as s
join term as ty on ty.kind = 'type' and ty.code = s.type_id
join term as so on so.kind = 'source' and so.code = s.source_id
left join term as ch on ch.kind = 'channel' and ch.code = s.channel_id
left join term as tp on tp.kind = 'touchpoint' and tp.code = s.touchpoint_id
where s.token is null and (:channel is null or coalesce(ch.text, '') = :channel)
order by s.occurred_at desc, s.ordinal desc
limit :at_most
