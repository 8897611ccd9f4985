"""Reads from a run what pricing needs: promises kept and broken to known people, and what these people did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.gap.money.known import Lives, Units
from parcours.gap.money.lives import DAY_US, Events
from parcours.gap.value import fit_buying, fit_spending, tell_histories

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.money.lives import Integers, Ratios
    from parcours.gap.money.types import Asked, Prices
    from parcours.lake import Engine

PURCHASES = ("order.placed", "receipt.printed", "sale.paid")
CONTACTS = ("ticket.opened", "call.received")
SCORES = ("feedback.given",)
MOST_KEPT, MOST_BROKEN = 40_000, 20_000  # promises compared, about; of more, those of some people
_MOST_PEOPLE = 200_000  # on whom value is learnt, about
_KINDS = {"INTEGER": pa.int32(), "BIGINT": pa.int64()}


def mask_for(count: float, most: int) -> int:
    """Bits of a person's id that must be 0, so that about `most` of `count` are left; ids are hashes, so this is chance.

    Example:
        >>> mask_for(900, 1000), mask_for(3500, 1000)
        (0, 3)
    """
    mask = 0
    while count > most * (mask + 1):
        mask = 2 * mask + 1
    return mask


def register_roles(engine: Engine, types: Mapping[str, int], prices: Prices) -> None:
    """Table `event_role (type_id, role)`: which signals are purchases, contacts and scores."""
    roles = {
        "purchase": prices.purchases or PURCHASES,
        "contact": prices.contacts or CONTACTS,
        "score": SCORES,
    }
    rows = [(types[name], role) for role, names in roles.items() for name in names if name in types]
    engine.register(
        "event_role",
        pa.table(
            {
                "type_id": pa.array([code for code, _ in rows], pa.int32()),
                "role": pa.array([role for _, role in rows], pa.string()),
            }
        ),
    )


def read_units(engine: Engine, asked: Sequence[Asked], zone: str) -> pa.Table:
    """Rows of the model `money_unit`; also kept as a table of that name."""
    columns = {
        "promise_id": pa.array([item.promise_id for item in asked], pa.int32()),
        "kept_mask": pa.array([mask_for(item.kept, MOST_KEPT) for item in asked], pa.int64()),
        "broken_mask": pa.array([mask_for(item.broken, MOST_BROKEN) for item in asked], pa.int64()),
    }
    engine.register("sampled_promise", pa.table(columns))
    units = engine.model(__package__, "money_unit", {"zone": zone})
    engine.register("money_unit", units)
    return units


class Read:
    """What people did, read once for all promises.

    Args:
        engine: Holds `money_unit`, `event_role`, `person_token`, `seen`, and the rows of `broken_by_person`.
        prices: Costs of contacts by channel.
        channels: Channel to code.
        people: How many there are.

    Attributes:
        lives: Of everybody looked at.
        currency: In which most purchases are; None: no purchase has an amount with one. Others count without amount.
        other_currencies: Purchases in these.
        known_purchases: Share of purchases that carry somebody; None: there is none.
        has_purchases, has_contacts: There are signals of the kind at all.
        until: Last purchase or contact, microseconds UTC; what is later was not lived yet.
    """

    def __init__(
        self, engine: Engine, prices: Prices, channels: Mapping[str, int], people: int, broken: pa.Table
    ) -> None:
        mask = mask_for(people, _MOST_PEOPLE)
        engine.make_table(__package__, "money_person", {"mask": mask})
        known = engine.arrow("select person_id, first_at from money_person order by person_id")
        ids = _integers(known["person_id"])
        rows = engine.model(__package__, "money_event")
        bought, asked, said = (
            pc.equal(rows["role"], role).to_numpy().astype(bool) for role in ("purchase", "contact", "score")
        )
        person = np.searchsorted(ids, _integers(rows["person_id"])).astype(np.int64)
        moment, channel = _integers(rows["occurred_at"]), _integers(rows["channel_id"], -1)
        amount, score = _ratios(rows["amount_minor"]), _ratios(rows["score"])
        self.currency, self.other_currencies = _main(rows.filter(pa.array(bought))["currency"])
        priced = pc.fill_null(pc.equal(rows["currency"], self.currency or ""), fill_value=False)
        amount = np.where(priced.to_numpy().astype(bool), amount, 0.0)
        of_channel = {channels[name]: cost for name, cost in prices.contact_costs.items() if name in channels}
        cost = np.array([of_channel.get(int(code), 0) for code in channel[asked]], np.float64)
        self.known_purchases = _known_purchases(engine)
        self.has_purchases, self.has_contacts = bool(bought.any()), bool(asked.any())
        self.until = int(moment[bought | asked].max()) if (bought | asked).any() else 0
        purchases = Events(person[bought], moment[bought], amount[bought], channel[bought])
        sampled = (ids & mask) == 0
        told = tell_histories(*_of(purchases, sampled[purchases.person]), until_day=self.until // DAY_US)
        said &= rows["score"].is_valid().to_numpy().astype(bool)
        found = np.isin(_integers(broken["person_id"]), ids)
        let_down = np.searchsorted(ids, _integers(broken["person_id"])[found]).astype(np.int64)
        self.lives = Lives(
            ids=ids,
            first_at=_integers(known["first_at"]),
            purchases=purchases,
            contacts=Events(person[asked], moment[asked], cost, channel[asked]),
            scores=Events(person[said], moment[said], score[said], channel[said]),
            breaks=Events(
                let_down,
                _integers(broken["trigger_at"])[found],
                np.ones(int(found.sum())),
                np.zeros(int(found.sum()), np.int64),
            ),
            buying=fit_buying(told),
            spending=fit_spending(told),
        )

    def units(self, rows: pa.Table, slices: Iterable[str]) -> Units:
        """The promises of one kind."""
        return Units(
            person=self.lives.rows_of(_integers(rows["person_id"])),
            moment=_integers(rows["trigger_at"]),
            broken=rows["is_broken"].to_numpy().astype(bool),
            hour=_integers(rows["hour"]),
            weekday=_integers(rows["weekday"]),
            slices={name: rows[f"slice_{number}"].to_pylist() for number, name in enumerate(slices)},
        )


def _known_purchases(engine: Engine) -> float | None:
    """Purchases that carry an identifier, of all of them."""
    known, bought = engine.rows(
        "select count(token), count(*) from seen join event_role using (type_id) where role = 'purchase'"
    )[0]
    return round(known / bought, 6) if bought else None


def _of(events: Events, mine: NDArray[np.bool_]) -> tuple[Integers, Integers, Ratios]:
    return events.person[mine], events.moment[mine] // DAY_US, events.amount[mine]


def _main(currency: pa.ChunkedArray) -> tuple[str | None, int]:
    """The currency of most, and how many are in another."""
    counted = [(row["counts"], row["values"]) for row in currency.drop_null().value_counts().to_pylist()]
    if not counted:
        return None, 0
    most, main = max(counted)
    return main, sum(count for count, _ in counted) - most


def _integers(column: pa.ChunkedArray, otherwise: int = 0) -> Integers:
    filled = column.fill_null(otherwise).combine_chunks()
    numbers: Integers = filled.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _ratios(column: pa.ChunkedArray, otherwise: float = 0.0) -> Ratios:
    filled = column.fill_null(otherwise).combine_chunks()
    numbers: Ratios = filled.to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers
