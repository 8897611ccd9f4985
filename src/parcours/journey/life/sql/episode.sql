-- model:  episode
-- grain:  one row per touch or outcome of somebody known; an episode is what leads to one outcome, or to none
-- unit:   at_us, outcome_us in microseconds UTC, the latter null where the episode leads to none; node is a channel, a type or an object
-- reads:  seen
-- source: docs/explanation/lived-journeys.md

with told as (
    select person_id, occurred_at, ordinal, list_contains(:outcomes, type_id) as is_outcome,
           case when :of = 'channel' then as_bigint(channel_id)
                when :of = 'type' then as_bigint(type_id)
                else list_filter(objects, lambda x: x.namespace_id = :namespace_id)[1].object_id end as node
    from seen
    where person_id is not null
),
numbered as (
    select person_id, occurred_at, ordinal, is_outcome, node,
           coalesce(as_bigint(sum(case when is_outcome then 1 else 0 end) over (
               partition by person_id order by occurred_at, ordinal rows between unbounded preceding and 1 preceding
           )), 0) as episode
    from told
    where is_outcome or node is not null
),
closed as (
    select person_id, episode, occurred_at, ordinal, is_outcome, node,
           max(case when is_outcome then occurred_at end) over (partition by person_id, episode) as outcome_us
    from numbered
)

-- A touch longer ago than that has no part in the outcome.
select person_id, episode, occurred_at as at_us, ordinal, is_outcome, node, outcome_us
from closed
where is_outcome or outcome_us is null or outcome_us - occurred_at <= :look_back
