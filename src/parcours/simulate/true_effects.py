"""What was planted, and what it truly did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.simulate.living import WINDOW_DAYS, Effect
from parcours.simulate.promises import PROMISES
from parcours.simulate.true_verdicts import Slice

if TYPE_CHECKING:
    from parcours.simulate.plan import Plan
    from parcours.simulate.planted import PlantedGap

GAPS, SILENT, DRIFTS = "truth/gap.csv", "truth/silent.csv", "truth/drift.csv"
Tables = dict[str, Any]  # file to Arrow table; pyarrow ships no types


def planted_tables(plan: Plan, effects: dict[int, Effect], slices: dict[int, Slice]) -> Tables:
    """Gaps with their true effect, silent systems, drifts."""
    gaps = [
        _gap_row(gap, effects.get(number, Effect()), slices.get(number, Slice()))
        for number, gap in enumerate(plan.planting.gaps)
    ]
    silent = [
        {
            "source": item.source,
            "store": item.store,
            "since": item.since.isoformat(),
            "until": None if item.until is None else item.until.isoformat(),
        }
        for item in plan.planting.silent
    ]
    drifts = [
        {
            "drift": item.drift,
            "since": item.since.isoformat(),
            "until": None if item.until is None else item.until.isoformat(),
            "channel": item.channel,
            "share": item.share,
            "times": item.times,
        }
        for item in plan.planting.drifts
    ]
    return {
        GAPS: pa.Table.from_pylist(gaps, schema=_GAP_SCHEMA),
        SILENT: pa.Table.from_pylist(
            silent,
            schema=pa.schema([(name, pa.string()) for name in ("source", "store", "since", "until")]),
        ),
        DRIFTS: pa.Table.from_pylist(
            drifts,
            schema=pa.schema(
                [
                    *((name, pa.string()) for name in ("drift", "since", "until", "channel")),
                    *((name, pa.float64()) for name in ("share", "times")),
                ]
            ),
        ),
    }


_TEXTS = ("gap", "map", "promise", "store", "channel", "weekdays", "hours", "since", "until", "cause")
_COUNTS = (
    "eligible", "kept", "network_eligible", "network_kept", "treated", "lost_purchases", "lost_spend_minor", "more_contacts",
)  # fmt: skip
_MEANS = (
    "planted_kept_ratio", "kept_ratio", "network_kept_ratio", "repurchase_with", "repurchase_without", "repurchase_effect",
    "purchases_effect", "spend_effect_minor", "purchases_alone_effect", "spend_alone_effect_minor",
    "purchases_seen_effect", "spend_seen_effect_minor", "contacts_effect",
)  # fmt: skip
_GAP_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.int64()) for name in _COUNTS),
        *((name, pa.float64()) for name in _MEANS),
        ("window_days", pa.int64()),
    ]
)


def _gap_row(gap: PlantedGap, effect: Effect, found: Slice) -> dict[str, Any]:
    def mean(with_gap: float, without: float) -> float | None:
        return (with_gap - without) / effect.treated if effect.treated else None

    def ratio(part: int, whole: int) -> float | None:
        return part / whole if whole else None

    return {
        "gap": gap.gap,
        "map": PROMISES[gap.promise].map,
        "promise": gap.promise,
        "store": gap.store,
        "channel": gap.channel,
        "weekdays": ";".join(gap.weekdays),
        "hours": gap.hours,
        "since": gap.since.isoformat() if gap.since else None,
        "until": gap.until.isoformat() if gap.until else None,
        "cause": gap.cause,
        "eligible": found.eligible,
        "kept": found.kept,
        "network_eligible": found.network_eligible,
        "network_kept": found.network_kept,
        "treated": effect.treated,
        "lost_purchases": effect.lost_purchases,
        "lost_spend_minor": effect.lost_spend,
        "more_contacts": effect.more_contacts,
        "planted_kept_ratio": gap.kept,
        "kept_ratio": ratio(found.kept, found.eligible),
        "network_kept_ratio": ratio(found.network_kept, found.network_eligible),
        "repurchase_with": ratio(effect.came_back, effect.treated),
        "repurchase_without": ratio(effect.came_back_without, effect.treated),
        "repurchase_effect": mean(effect.came_back, effect.came_back_without),
        "purchases_effect": mean(effect.purchases, effect.purchases_without),
        "spend_effect_minor": mean(effect.spent, effect.spent_without),
        "purchases_alone_effect": mean(effect.purchases, effect.purchases_alone),
        "spend_alone_effect_minor": mean(effect.spent, effect.spent_alone),
        "purchases_seen_effect": mean(effect.purchases_seen, effect.purchases_alone_seen),
        "spend_seen_effect_minor": mean(effect.spent_seen, effect.spent_alone_seen),
        "contacts_effect": mean(effect.asked, effect.asked_without),
        "window_days": WINDOW_DAYS,
    }
