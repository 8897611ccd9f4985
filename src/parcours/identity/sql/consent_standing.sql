-- model:  consent_standing
-- grain:  one row per person who ever answered for the purpose, on the channel or on all
-- unit:   is_given is true where the person may be reached; answered_at in microseconds UTC
-- reads:  consent, person_token
-- source: docs/explanation/consent.md

with counted as (
    select token, channel is null as is_general, answer = 'given' as is_given, answered_at
    from consent
    where purpose = :purpose and answered_at <= :instant and (channel is null or channel = :channel)
    qualify row_number() over (partition by token, channel is null order by answered_at desc, answer = 'given') = 1
),

by_token as (
    select token, max(answered_at) as answered_at,
           bool_and(is_given) filter (where is_general)     as general,
           max(answered_at)   filter (where is_general)     as general_at,
           bool_and(is_given) filter (where not is_general) as own,
           max(answered_at)   filter (where not is_general) as own_at
    from counted
    group by token
)

select p.person_id,
       bool_and(case when own is null then general
                     when general is null or general or not own then own
                     else own_at > general_at end) as is_given,
       max(b.answered_at) as answered_at
from by_token as b
join person_token as p on p.token = b.token
group by p.person_id
order by p.person_id
