"""What is told of each persona: how many they are, what they are worth, need and say, and what their gaps cost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.gap.money.telling import priced_rows
from parcours.gap.personas.belonging import NONE, register_personas
from parcours.gap.personas.learning import ENOUGH
from parcours.gap.personas.store import persona_text
from parcours.gap.quoting import quotable
from parcours.gap.results import populations
from parcours.gap.tables import VERDICT
from parcours.identity import PERSON_TOKEN
from parcours.identity.consent import may
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.journey.life.ways import Words, find_purchases
from parcours.journey.measures import CONTACTS
from parcours.journey.personas.acting import LOOK_BACK
from parcours.journey.personas.naming import habit_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results

QUOTES = "quotes"
"""Purpose of consent without which nobody is quoted."""
_Z_95 = 1.959963984540054
_SHOWN_QUOTES, _READ_TEXTS = 3, 300
_FRICTION, _REASONS, _HABITS = 5, 3, 6
_TELLING = 5  # people who have a habit, journeys of a way: of fewer it is none of the persona's
Row = dict[str, Any]  # rows leave as JSON


def persona_rows(results: Results, language: str = "en") -> Row:
    """Every persona with all that is told of it, the one whose gaps cost most first; as `PersonaFacts.rows`.

    Raises:
        TooFewPeople: Nobody can be grouped.
    """
    return PersonaFacts(results).rows(language)


class PersonaFacts:
    """Figures of all personas, read once and told in any language.

    Args:
        results: A published run.

    Raises:
        TooFewPeople: Nobody can be grouped.
    """

    def __init__(self, results: Results) -> None:
        results.see()
        self._results, self.found, self._language = results, register_personas(results), "en"
        terms = results.vault.terms
        self._words = Words(*(terms(kind) for kind in ("type", "channel", "namespace")))
        find_purchases(results.engine, self._words, LOOK_BACK)
        for spec in (VERDICT, JOURNEY, JOURNEY_STEP, PERSON_TOKEN):
            results.view(spec)
        contacts = {"contacts": [terms("type")[kind] for kind in CONTACTS if kind in terms("type")] or [-1]}
        self._worth = self._by_persona("persona_worth", {})
        self._voice = self._by_persona("persona_voice", contacts)
        self._reasons = self._model("persona_reason", contacts)
        self._promises = self._model("persona_promise", {})
        self._ways = self._model("persona_way", {})
        self._quotes = self._consented()
        self._costs = priced_rows(results)
        self.people = {persona: row["people"] for persona, row in self._worth.items()}

    def _model(self, name: str, asked: Mapping[str, Any]) -> list[Row]:
        rows: list[Row] = self._results.engine.model(__package__, name, asked).to_pylist()
        return rows

    def _by_persona(self, name: str, asked: Mapping[str, Any]) -> dict[int, Row]:
        return {row["persona"]: row for row in self._model(name, asked)}

    def rows(self, language: str) -> Row:
        """Everything that is told.

        Returns:
            `people`, `stability`, `tried`, `learnt_from`, `none` (who belongs to none, and why) and `personas`: rows with `persona`, `name`,
            `people`, `share`, `confidence`, `value`, `needs`, `habits`, `friction`, `cost`, `voice`, `journey`, `quotes`, `rank` and `rows`
            (commands that list what is behind each line).
        """
        self._language = language
        told = [self._card(persona) for persona in self.found.ids]
        told.sort(key=lambda row: (-(row["cost"]["total_minor"] or 0), -row["people"]))
        people, none = len(self.found.people), self.people.get(NONE, 0)
        little = int(np.count_nonzero(self.found.people["occasions"].to_numpy() < ENOUGH))
        return {
            "people": people,
            "none": {
                "people": none,
                "share": none / people if people else 0.0,
                "seen_too_little": little,
                "unsure": none - little,
            },
            "stability": self.found.definition["stability"],
            "tried": self.found.definition["tried"],
            "learnt_from": self.found.definition["people"],
            "personas": [{"rank": rank, **row} for rank, row in enumerate(told, 1)],
        }

    def _card(self, persona: int) -> Row:
        name = persona_text(persona)
        worth = self._worth.get(persona) or dict.fromkeys(
            ("people", "buyers", "purchases", "value_minor", "value_square"), 0
        )
        own = self.found.people["persona"].to_numpy() == persona
        friction = self._friction(persona)
        return {
            "persona": name,
            "name": self.found.name(persona, self._language),
            "is_named_by_hand": persona in self.found.edits.names,
            "is_pinned": persona in self.found.edits.pinned,
            "merged_from": [persona_text(one) for one in self.found.edits.merged if self.found.edits.standing(one) == persona],
            "people": worth["people"],
            "share": worth["people"] / len(self.found.people) if len(self.found.people) else 0.0,
            "confidence": float(self.found.people["confidence"].to_numpy()[own].mean()) if own.any() else None,
            "value": self._value(worth),
            "needs": self._needs(persona),
            "habits": self._habits(persona),
            "friction": friction[:_FRICTION],
            "cost": _cost(friction),
            "voice": self._said(persona),
            "journey": self._journey(persona),
            "quotes": self._quotes.get(persona, []),
            "rows": {
                line: f"parcours personas --persona {name} --behind {line}"
                for line in ("people", "value", "needs", "friction", "voice")
            },
        }  # fmt: skip

    def _value(self, worth: Row) -> Row:
        """Of people, with the 95 % interval of the mean by the normal law; null where nobody carries an amount."""
        people, total = worth["people"], worth["value_minor"]
        mean = total / people if people else None
        spread = None
        if mean is not None and people > 1:
            variance = max(worth["value_square"] - people * mean * mean, 0.0) / (people - 1)
            spread = _Z_95 * math.sqrt(variance / people)
        return {
            "buyers": worth["buyers"],
            "purchases": int(worth["purchases"]),
            "total_minor": round(total),
            "per_person_minor": mean,
            "low_minor": None if spread is None or mean is None else max(0.0, mean - spread),
            "high_minor": None if spread is None or mean is None else mean + spread,
            "currency": self._results.manifest.facts["brand"].get("currency"),  # type: ignore[attr-defined]  # facts are JSON
        }

    def _needs(self, persona: int) -> list[Row]:
        """What they ask about most, with how much more than people of other personas: contacts a hundred people."""
        all_people = sum(self.people.values())
        rows = [row for row in self._reasons if row["persona"] == persona][:_REASONS]
        found = []
        for row in rows:
            everywhere = sum(each["contacts"] for each in self._reasons if each["reason"] == row["reason"])
            mine = row["contacts"] / max(self.people.get(persona, 0), 1)
            found.append(
                {"reason": row["reason"], "contacts": row["contacts"], "per_hundred": 100 * mine, "lift": mine / (everywhere / all_people)}
            )  # fmt: skip
        return found

    def _habits(self, persona: int) -> list[Row]:
        """Habits that set them apart, the most distinctive first: share within its group, and how many times that of all."""
        own, whole = self.found.habits.get(persona, {}), self._whole()
        rows: list[Row] = []
        for (group, habit), (occasions, people) in own.items():
            mine = occasions / max(sum(n for (g, _), (n, _) in own.items() if g == group), 1)
            everyone = whole[group, habit] / max(sum(n for (g, _), n in whole.items() if g == group), 1)
            if people >= _TELLING and everyone:
                rows.append(
                    {"group": group, "habit": habit, "says": habit_words((group, habit), self._language), "people": people,
                     "occasions": round(occasions), "share": mine, "lift": mine / everyone}
                )  # fmt: skip
        rows.sort(key=lambda row: -row["share"] * max(math.log(max(row["lift"], 1e-9)), 0.0))
        return rows[:_HABITS]

    def _whole(self) -> dict[tuple[str, str], float]:
        total: dict[tuple[str, str], float] = {}
        for told in self.found.habits.values():
            for habit, (occasions, _) in told.items():
                total[habit] = total.get(habit, 0.0) + occasions
        return total

    def _friction(self, persona: int) -> list[Row]:
        """Promises broken for them, what costs most first; a price is the promise's mean price of a broken one, times those broken for them."""
        names = {code: text.split("/", 1) for text, code in self._results.vault.terms("promise").items()}
        rows = []
        for row in self._promises:
            of, promise = names[row["promise_id"]]
            if (
                row["persona"] != persona
                or of not in self._results.maps
                or promise not in self._results.maps[of]["promises"]
            ):
                continue
            told = populations([row])[0]
            rows.append(
                {
                    "map": of,
                    "promise": promise,
                    "says": self._says(of, promise),
                    **{key: row[key] for key in ("people", "eligible", "kept", "broken", "pending", "unobservable", "waived", "contested")},
                    **{key: told[key] for key in ("kept_ratio", "low", "high")},
                    **_priced(self._costs.get((of, promise)), row["weight_broken"]),
                }
            )  # fmt: skip
        return sorted(rows, key=lambda row: (-(row["cost_minor"] or 0), -row["broken"]))

    def _says(self, of: str, promise: str) -> str:
        says = self._results.maps[of]["promises"][promise].get("says") or {}
        return says.get(self._language) or next(iter(says.values()), promise)

    def _said(self, persona: int) -> Row:
        row = self._voice.get(persona) or {
            "contacts": 0,
            "answers": 0,
            "score_sum": None,
            "score_square": None,
        }
        answers, people = row["answers"], max(self.people.get(persona, 0), 1)
        mean = row["score_sum"] / answers if answers else None
        margin = None
        if mean is not None and answers > 1:
            variance = max(row["score_square"] - answers * mean * mean, 0.0) / (answers - 1)
            margin = _Z_95 * math.sqrt(variance / answers)
        return {
            "answers": answers,
            "score_mean": mean,
            "low": None if mean is None or margin is None else mean - margin,
            "high": None if mean is None or margin is None else mean + margin,
            "contacts": row["contacts"],
            "contacts_per_hundred": 100 * row["contacts"] / people,
        }

    def _journey(self, persona: int) -> Row | None:
        """The commonest way through the map that most of their journeys are of."""
        row = next((row for row in self._ways if row["persona"] == persona), None)
        if row is None or row["of_all"] < _TELLING:
            return None
        steps = {code: text.partition("/")[2] for text, code in self._results.vault.terms("step").items()}
        maps = {code: name for name, code in self._results.vault.terms("map").items()}
        return {
            "map": maps[row["map_id"]],
            "path": [steps[step] for step in row["path"]],
            "journeys": row["journeys"],
            "of": int(row["of_all"]),
        }

    def _consented(self) -> dict[int, list[str]]:
        """What people said who agreed to be quoted; masked."""
        rows = self._results.engine.model(__package__, "persona_text", {"most": _READ_TEXTS})
        allowed = may(
            self._results.engine,
            self._results.vault,
            rows["person_id"].combine_chunks(),
            purpose=QUOTES,
            channel="report",
        )
        rows = rows.filter(pa.array(allowed))
        texts = self._results.texts(rows["signal_id"].to_pylist()) if len(rows) else {}
        said: dict[int, list[str]] = {}
        for row in rows.to_pylist():
            if row["signal_id"] in texts:
                said.setdefault(row["persona"], []).append(texts[row["signal_id"]])
        return {persona: quotable(lines)[:_SHOWN_QUOTES] for persona, lines in said.items()}


def _priced(row: Row | None, broken: float) -> Row:
    """A promise's price, as far as it is theirs."""
    total = None if row is None or not row["broken"] else row["total_minor"]
    if row is None or total is None:
        return {"cost_minor": None, "cost_low_minor": None, "cost_high_minor": None, "currency": None}
    part = broken / row["broken"]
    low, high = row["low_minor"], row["high_minor"]
    return {
        "cost_minor": round(total * part),
        "cost_low_minor": None if low is None else round(low * part),
        "cost_high_minor": None if high is None else round(high * part),
        "currency": row["currency"],
    }


def _cost(friction: Sequence[Row]) -> Row:
    """Of all their broken promises that can be priced; bounds are added up, so they are wide."""
    priced = [row for row in friction if row["cost_minor"] is not None]

    def summed(name: str) -> int | None:
        return sum(row[name] for row in priced if row[name] is not None) if priced else None

    return {
        "total_minor": summed("cost_minor"),
        "low_minor": summed("cost_low_minor"),
        "high_minor": summed("cost_high_minor"),
        "currency": priced[0]["currency"] if priced else None,
        "promises": len(priced),
        "unpriced": len(friction) - len(priced),
    }
