-- model:  gap_figure
-- grain:  one row per promise, slice and ISO week, as in the table gap; with overall_only, one per promise; without slice_weeks, no week of a slice
-- unit:   kept_ratio, low, high are ratios in [0, 1]; weights in cases of the population; all else in verdicts or people
-- reads:  gap
-- source: docs/explanation/verdicts-and-intervals.md

select promise_id, map_id, dimension, value, week, people, eligible,
       kept, broken, pending, unobservable, waived, contested,
       kept_ratio, low, high,
       weight_kept, weight_broken, weight_unobservable, weight_squared,
       score_kept, scores_kept, score_broken, scores_broken
from gap
where (not :overall_only or (dimension is null and week is null))
  and (:slice_weeks or dimension is null or week is null)
order by map_id, promise_id, dimension nulls first, value nulls last, week nulls first
