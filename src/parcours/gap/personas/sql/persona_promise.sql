-- model:  persona_promise
-- grain:  one row per promise and persona of whom it was made to; 0: none of these
-- unit:   verdicts in cases; weights in cases of the population
-- reads:  verdict, persona_person
-- source: docs/explanation/personas.md

select v.promise_id, v.map_id, p.persona,
       count(distinct v.person_id)                           as people,
       count(*)                                              as eligible,
       count(*) filter (where v.verdict = 'kept')            as kept,
       count(*) filter (where v.verdict = 'broken')          as broken,
       count(*) filter (where v.verdict = 'pending')         as pending,
       count(*) filter (where v.verdict = 'unobservable')    as unobservable,
       count(*) filter (where v.verdict = 'waived')          as waived,
       count(*) filter (where v.verdict = 'contested')       as contested,
       coalesce(sum(coalesce(v.weight, 1)) filter (where v.verdict = 'kept'), 0)         as weight_kept,
       coalesce(sum(coalesce(v.weight, 1)) filter (where v.verdict = 'broken'), 0)       as weight_broken,
       coalesce(sum(coalesce(v.weight, 1)) filter (where v.verdict = 'unobservable'), 0) as weight_unobservable,
       coalesce(sum(coalesce(v.weight, 1) * coalesce(v.weight, 1)) filter (where v.verdict in ('kept', 'broken', 'unobservable')), 0) as weight_squared
from verdict as v
join persona_person as p on p.person_id = v.person_id
group by v.promise_id, v.map_id, p.persona
order by v.promise_id, p.persona
