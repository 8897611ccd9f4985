"""What a published run found, read back: gaps, verdicts with the rows behind them, coverage, people, journeys."""

from __future__ import annotations

import contextlib
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from parcours.gap.interval import (
    effective_count,
    kept_interval,
    observability_interval,
    sampling_interval,
)
from parcours.gap.keeping import Kept
from parcours.gap.money import money_json
from parcours.gap.naming import iso_week, register_terms
from parcours.gap.replacing import LAYERED, current
from parcours.gap.tables import GAP, LOGIC, SLICES, VERDICT
from parcours.gap.when import When
from parcours.identity import PERSON_TOKEN
from parcours.identity.correcting import corrected
from parcours.identity.errors import ErasedPerson
from parcours.identity.explaining import Desk, number_of
from parcours.identity.store import rules_of
from parcours.journey import JOURNEY, JOURNEY_STEP, mining
from parcours.journey.brand import Brand
from parcours.journey.opening import counted_parts, read_wait, timetable_of
from parcours.journey.seeing import see_signals
from parcours.kernel.clock import duration_us, format_instant
from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError
from parcours.lake import Lake, open_engine
from parcours.signal import OBJECT, SIGNAL
from parcours.signal.identifying import written_once
from parcours.signal.tables import MAX_RULES
from parcours.signal.tokens import token_of, written_form
from parcours.vault import open_vault
from parcours.vault.tables import FREE_TEXT, IDENTIFIER, TOMBSTONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from parcours.gap.explaining import Explanation
    from parcours.identity.quality import Quality
    from parcours.journey.mining import By
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine, TableSpec
    from parcours.signal.importing import Progress
    from parcours.vault import Manifest, Vault

VERDICTS = ("kept", "broken", "pending", "unobservable", "waived", "contested")
Row = dict[str, Any]  # rows leave as JSON


class NothingPublished(ParcoursError, LookupError):
    """No run has been published yet."""

    code = "gap.nothing_published"

    def __init__(self) -> None:
        super().__init__("nothing has been run here yet", fix="call `parcours run` first")


class OtherVersion(ParcoursError, RuntimeError):
    """The last run was made by a version of parcours that derived its tables otherwise."""

    code = "gap.other_version"

    def __init__(self) -> None:
        super().__init__(
            "the last run was made by another version of parcours",
            fix="call `parcours run`, which makes it anew",
        )


class Unknown(ParcoursError, LookupError):
    """A name was asked for that the published run does not know."""

    code = "gap.unknown_name"

    def __init__(self, what: str, name: str, known: Collection[str]) -> None:
        super().__init__(f"there is no {what} {name!r}", fix=closest(name, known), what=what)


class UnknownPerson(ParcoursError, LookupError):
    """No person has this id or identifier."""

    code = "gap.unknown_person"

    def __init__(self) -> None:
        super().__init__(
            "nobody is known under this id",
            fix="give a person id as printed by `verdicts`, or namespace:value such as customer:42",
        )


def person_text(person_id: int | None) -> str | None:
    """A person's id as shown: 16 hexadecimal digits."""
    return None if person_id is None else f"{person_id & 0xFFFFFFFFFFFFFFFF:016x}"


class Results:
    """A reader of the last published run.

    Args:
        workspace: Where.
        engine: For queries.
        vault: Opened for reading.
        manifest: The run.

    Attributes:
        kept: Answers that were computed from this run.
        progress: Told what is under way while such an answer is computed.
    """

    def __init__(self, workspace: Workspace, engine: Engine, vault: Vault, manifest: Manifest) -> None:
        self._workspace = workspace
        self.engine = engine
        self.vault = vault
        self._lake = Lake(workspace.lake)
        self.manifest = manifest
        self.zone = workspace.settings.time_zone
        self.region = workspace.settings.identity.region
        self.kept = Kept(workspace.vault, manifest, self.zone)
        self.progress: Progress = lambda *_: None
        self.maps: Mapping[str, Row] = manifest.facts["maps"]  # type: ignore[assignment]  # facts are JSON

    def gaps(
        self,
        *,
        map_name: str | None = None,
        promise: str | None = None,
        overall_only: bool = False,
        slice_weeks: bool = True,
        with_money: bool = False,
        language: str = "en",
    ) -> list[Row]:
        """Gap rows in the order of maps and promises: overall first, then slices and weeks.

        Args:
            map_name: Only this map.
            promise: Only this promise.
            overall_only: One row a promise.
            slice_weeks: Slices week by week too, which are most of the rows.
            with_money: Say what broken promises cost, which takes seconds where nobody has asked since the run.
            language: Of what promises say.

        Raises:
            Unknown: No such map or promise.
        """
        self._known("map", map_name, self.maps)
        self._known("promise", promise, self._promises())
        self.view(GAP)
        names = {code: text.split("/", 1) for text, code in self.vault.terms("promise").items()}
        asked = [
            code for code, (of, name) in names.items() if map_name in {None, of} and promise in {None, name}
        ]
        chosen = {"overall_only": overall_only, "slice_weeks": slice_weeks}
        found = self.engine.model(__package__, "gap_figure", chosen)
        rows = found.filter(pc.is_in(found["promise_id"], pa.array(asked, pa.int32()))).to_pylist()
        priced = money_json(self, language) if with_money else {}
        answer = []
        for row, population, parts in zip(rows, populations(rows), interval_parts(rows), strict=True):
            of, name = names[row["promise_id"]]
            is_overall = row["dimension"] is None and row["week"] is None
            told = {"population": population, "money": priced.get((of, name)) if is_overall else None}
            answer.append(self._gap(of, name, {**row, **told, **parts}, language))
        order = {
            (name, item): place
            for place, (name, item) in enumerate(
                (name, item) for name in self.maps for item in self.maps[name]["promises"]
            )
        }
        return sorted(answer, key=lambda row: order[row["map"], row["promise"]])

    def verdicts(  # noqa: PLR0913 - each chooses verdicts
        self,
        promise: str,
        *,
        verdict: str | None = None,
        where: Mapping[str, str] | None = None,
        period: str | None = None,
        when: When | None = None,
        person: str | None = None,
        about: str | None = None,
        explained: bool | None = None,
        limit: int | None = 100,
    ) -> list[Row]:
        """Verdicts of one promise with what decided each, and the rows of the files behind them, newest first.

        Args:
            promise: Its name.
            verdict: Only this one.
            where: Only these values of slices, or of other attributes by which findings are told.
            period: Only this ISO week.
            when: Only promises made on these days, at these hours.
            person: Only promises made to them; an id or an identifier.
            about: Only this object, as namespace:value: what a verdict is about, its part, or what its trigger carries.
            explained: Explain each; None: where it is one alone.
            limit: At most so many.

        Raises:
            Unknown: No such promise, verdict, slice or object.
            UnknownPerson: Nobody is known under `person`.
        """
        self._known("promise", promise, self._promises())
        self._known("verdict", verdict, VERDICTS)
        name = self._promises()[promise]
        slices = self.maps[name]["slices"]
        for spec in (VERDICT, SIGNAL, OBJECT):
            self.view(spec)
        others = {key: value for key, value in (where or {}).items() if key not in slices}
        self._choose(name, promise, others)
        code = self.vault.terms("promise")[f"{name}/{promise}"]
        asked = {slices.index(key): value for key, value in (where or {}).items() if key in slices}
        bound = {
            "promise_id": code,
            "verdict": verdict,
            "week": None if period is None else _week(period),
            "at_most": limit,
            "all_cases": not others,
            "zone": self.zone,
            "person_id": None if person is None else self.person_id(person),
            "object_id": None if about is None else self.object_id(about),
            **(when or When()).bound,
            **{f"slice_{number}": asked.get(number) for number in range(SLICES)},
        }
        rows = self.engine.model(__package__, "verdict_evidence", bound).to_pylist()
        texts = self.texts(
            [signal for row in rows for signal in (row["trigger_id"], row["target_id"]) if signal is not None]
        )
        counted = self._counted(name, promise, rows)
        told = [
            {**self._verdict(name, promise, slices, row, texts), "due_by": counted.get(row["trigger_id"])}
            for row in rows
        ]
        is_wanted = len(rows) == 1 if explained is None else explained
        made = [(name, promise, row["unit"], found) for row, found in zip(told, rows, strict=True)]
        why = self.explanations(made) if is_wanted else [None] * len(rows)
        return [{**row, "explanation": found} for row, found in zip(told, why, strict=True)]

    def explanations(self, asked: Sequence[tuple[str, str, str | None, Row]]) -> list[Explanation]:
        """Why verdicts are what they are: (map, promise, unit as shown, row of `verdict_evidence` or `person_verdict`) of each."""
        from parcours.gap.explaining import Asked, explain  # noqa: PLC0415 - who reads gaps alone does not wait for it

        parts = self.object_names({row["part_id"] for *_, row in asked} - {None})
        return explain(
            self,
            [
                Asked(
                    of, name, unit, {**row, "part": parts.get(row["part_id"], "").partition(":")[2] or None}
                )
                for of, name, unit, row in asked
            ],
        )

    def object_id(self, name: str) -> int:
        """The object `namespace:value`.

        Raises:
            Unknown: No signal carries it.
        """
        namespace, _, value = name.partition(":")
        namespaces = self.vault.terms("namespace")
        self._known("kind of object", namespace, namespaces)
        asked = {"value": value, "namespace_id": namespaces[namespace]}
        found = self.engine.value(
            "select min(object_id) from object where namespace_id = $namespace_id and value = $value", asked
        )
        if found is None:
            raise Unknown(namespace, value, ())
        return int(found)

    def map_of(self, promise: str, map_name: str | None = None) -> str:
        """The map of a promise; the first where two have it and none is named.

        Raises:
            Unknown: No such map, or no such promise in it.
        """
        self._known("map", map_name, self.maps)
        self._known(
            "promise", promise, self._promises() if map_name is None else self.maps[map_name]["promises"]
        )
        return map_name or self._promises()[promise]

    def check_where(self, map_name: str, promise: str, where: Mapping[str, str]) -> None:
        """Refuse attributes and values that no verdict of a promise has.

        Raises:
            Unknown: No such slice or attribute, or no such value.
        """
        from parcours.gap.finding.cases import read_cases  # noqa: PLC0415 - needed where something is named alone
        from parcours.gap.finding.types import drawn_map  # noqa: PLC0415 - same

        if not where:
            return
        for spec in (VERDICT, SIGNAL, OBJECT):
            self.view(spec)
        register_terms(self.engine, self.vault)
        cases = read_cases(self, drawn_map(self, map_name)).get(promise)
        for name, value in where.items():
            self._known("attribute", name, cases.names if cases else ())
            texts, _ = (cases.of_attribute(name) if cases else None) or ((), None)
            self._known(name, value, texts)

    def _choose(self, map_name: str, promise: str, where: Mapping[str, str]) -> None:
        """Make the table `chosen_case`: signals that start the promise, with these values of attributes that are no slices.

        Raises:
            Unknown: No such slice or attribute.
        """
        triggers = pa.array([], pa.int64())
        if where:
            from parcours.gap.finding.cases import read_cases  # noqa: PLC0415 - needed for what is no slice alone
            from parcours.gap.finding.types import drawn_map  # noqa: PLC0415 - same

            register_terms(self.engine, self.vault)
            cases = read_cases(self, drawn_map(self, map_name)).get(promise)
            known = [*self.maps[map_name]["slices"], *(cases.names if cases else ())]
            for key in where:
                self._known("slice", key, known)
            if cases is not None:
                triggers = pa.array(cases.trigger[cases.holding(tuple(where.items()))])
        self.engine.register("chosen_case", pa.table({"trigger_id": triggers}))

    def _counted(self, map_name: str, promise: str, rows: Sequence[Row]) -> dict[int, Row]:
        """How deadlines on a calendar were counted, by trigger; empty where time is counted as it passes."""
        told = self.maps[map_name]["promises"][promise]
        calendar, within = told.get("calendar"), told.get("within")
        if calendar is None or within is None:
            return {}
        brand = Brand.model_validate(self.manifest.facts["brand"])
        timetable, wait = timetable_of(brand.calendars[calendar], self.zone), read_wait(within)
        places = self.places_of(timetable.by, [row["trigger_id"] for row in rows])
        answer = {}
        for row in rows:
            place = places.get(row["trigger_id"])
            schedule = timetable.at(place)
            parts = [] if schedule is None else counted_parts(schedule, row["trigger_at"], wait)
            if parts and parts[-1][1] - wait.in_days != row["deadline_at"]:
                continue  # a revision has moved it
            # The last instant of a working day is counted, the moment of closing is not open any more.
            answer[row["trigger_id"]] = {
                "calendar": calendar,
                "within": within,
                "place": place,
                "counted": [
                    {"from": self._when(since), "until": self._when(until - wait.in_days)}
                    for since, until in parts
                ],
            }
        return answer

    def places_of(self, by: str | None, signal_ids: Sequence[int]) -> dict[int, str | None]:
        """What signals carry of a property or namespace: the first."""
        if by is None:
            return {}
        asked = {
            "property": by,
            "namespace_id": self.vault.terms("namespace").get(by, -1),
            "signal_ids": sorted(set(signal_ids)),
        }
        register_terms(self.engine, self.vault)
        rows = self.engine.model(__package__, "trigger_place", asked).to_pylist()
        names = self.object_names({row["place_id"] for row in rows} - {None})
        return {
            row["signal_id"]: row["place_text"] or (names.get(row["place_id"], "").partition(":")[2] or None)
            for row in rows
        }

    def _files(self) -> list[Row]:
        """Files of the published run, also those that a later run has begun to replace."""
        return self.vault.files(self.manifest.facts["files"])  # type: ignore[arg-type]  # facts are JSON

    def coverage(self) -> list[Row]:
        """Each source: first to last signal, what it offered, what was refused and why."""
        spans: Mapping[str, list[int]] = self.manifest.facts["coverage"]  # type: ignore[assignment]  # facts are JSON
        files: dict[str, list[Row]] = {}
        for row in self._files():
            files.setdefault(row["source"], []).append(row)
        answer = []
        for source in sorted(files):
            first, last, signals = spans.get(source, (None, None, 0))
            refused: dict[str, int] = {}
            notes: dict[str, int] = {}
            for row in files[source]:
                for totals, counts in ((refused, row["refused"]), (notes, row["notes"])):
                    for reason, count in counts.items():
                        totals[reason] = totals.get(reason, 0) + count
            answer.append(
                {
                    "source": source,
                    "first_at": format_instant(first, self.zone),
                    "last_at": format_instant(last, self.zone),
                    "signals": signals,
                    "files": len(files[source]),
                    "received": sum(row["received"] for row in files[source]),
                    "accepted": sum(row["accepted"] for row in files[source]),
                    "refused": refused,
                    "notes": notes,
                    "types": sorted({kind for row in files[source] for kind in row["types"]}),
                }
            )
        return answer

    def namespaces(self) -> list[str]:
        """What signals are about (orders, stores, tickets...): the namespace with most objects first."""
        self.view(OBJECT)
        names = {code: text for text, code in self.vault.terms("namespace").items()}
        found = self.engine.rows(
            "select namespace_id, count(distinct object_id) as objects from object group by 1 order by 2 desc, 1"
        )
        return [names[code] for code, _ in found]

    def graph(self, *, map_name: str | None, by: By, per: str | None, quiet: str | None) -> list[Row]:
        """Transitions as contract rows; start and end are None."""
        names = self.walk(map_name, by=by, per=per, quiet=quiet)
        return mining.named(mining.transition_graph(self.engine), names)

    def variants(self, *, map_name: str | None, by: By, per: str | None, quiet: str | None) -> list[Row]:
        """Paths and how many journeys took each."""
        names = self.walk(map_name, by=by, per=per, quiet=quiet)
        return [
            {"path": [names[node] for node in path], "count": count}
            for path, count in mining.variants(self.engine)
        ]

    def person(self, name: str) -> Row:
        """One customer: identifiers, journeys, every signal with its file and line, every verdict, what was said.

        Raises:
            UnknownPerson: Nobody is known under `name`.
        """
        for spec in (OBJECT, JOURNEY, VERDICT):
            self.view(spec)
        self.see()
        person_id = self.person_id(name)
        asked = {"person_id": person_id}
        tokens = [
            token
            for (token,) in self.engine.rows(
                "select token from person_token where person_id = $person_id order by token", asked
            )
        ]
        promises = {code: text.partition("/")[2] for text, code in self.vault.terms("promise").items()}
        maps = {code: text for text, code in self.vault.terms("map").items()}
        signals = self.engine.model(__package__, "person_signal", asked).to_pylist()
        texts = self.texts([row["signal_id"] for row in signals])
        places = self.places([(row["file_id"], row["source_row"]) for row in signals])
        verdicts = self.engine.model(__package__, "person_verdict", asked).to_pylist()
        journeys = self.engine.model(__package__, "person_journey", asked).to_pylist()
        objects = self.object_names(
            {item for row in signals for item in row["object_ids"] or ()}
            | ({row["unit_id"] for row in verdicts} - {None})
        )
        units = {code: text.partition(":")[2] for code, text in objects.items()}
        made = [(maps[row["map_id"]], promises[row["promise_id"]], row) for row in verdicts]
        about = [self._unit(of, item, units.get(row["unit_id"]), person_id) for of, item, row in made]
        why = self.explanations(
            [(of, item, unit, row) for (of, item, row), unit in zip(made, about, strict=True)]
        )
        return {
            "person": person_text(person_id),
            "identifiers": self._identifiers(tokens),
            "journeys": [
                {
                    "map": maps[row["map_id"]],
                    "started_at": self._when(row["started_at"]),
                    "ended_at": self._when(row["ended_at"]),
                    "closed_at": self._when(row["closed_at"]),
                    "signals": row["signals"],
                }
                for row in journeys
            ],
            "signals": [
                {
                    "at": self._when(row["occurred_at"]),
                    "type": row["type"],
                    "channel": row["channel"],
                    "touchpoint": row["touchpoint"],
                    "source": row["source"],
                    "objects": [objects[item] for item in row["object_ids"] or () if item in objects],
                    "properties": self.properties(row["properties"]),
                    "text": texts.get(row["signal_id"]),
                    **places[row["file_id"], row["source_row"]],
                }
                for row in signals
            ],
            "verdicts": [
                {
                    "map": of,
                    "promise": item,
                    "says": self._says(of, item),
                    "unit": unit,
                    "triggered_at": self._when(row["trigger_at"]),
                    "deadline_at": self._when(row["deadline_at"]),
                    "target_at": self._when(row["target_at"]),
                    "verdict": row["verdict"],
                    "explanation": explained,
                }
                for (of, item, row), unit, explained in zip(made, about, why, strict=True)
            ],
        }

    def properties(self, text: str | None) -> Row:
        """A signal's properties."""
        return json.loads(text) if text else {}

    def source_title(self, source: str) -> Mapping[str, str]:
        """What people call a source, by language."""
        sources: Mapping[str, Row] = self.manifest.facts.get("sources", {})  # type: ignore[assignment]  # facts are JSON
        return sources.get(source, {}).get("title") or {"en": source}

    def _known(self, what: str, name: str | None, known: Collection[str]) -> None:
        if name is not None and name not in known:
            raise Unknown(what, name, known)

    def _promises(self) -> dict[str, str]:
        """Promise name to its map; the first map where two have it."""
        found: dict[str, str] = {}
        for name, item in self.maps.items():
            for promise in item["promises"]:
                found.setdefault(promise, name)
        return found

    def view(self, spec: TableSpec, name: str | None = None) -> None:
        """Make a table readable as it was published, under its name or another."""
        versions = self.manifest.versions
        if spec in LAYERED:
            rows = current(self._lake, spec, versions)
            self.engine.run(f"create or replace temp view {name or spec.name} as {rows}")
        else:
            self._lake.view(self.engine, spec, versions.get(spec.name), name)

    def _when(self, instant_us: int | None) -> str | None:
        return format_instant(instant_us, self.zone)

    def _says(self, map_name: str, promise: str, language: str = "en") -> str:
        """A promise in its own words."""
        says = self.maps.get(map_name, {"promises": {}})["promises"].get(promise, {}).get("says") or {}
        return says.get(language) or next(iter(says.values()), promise)

    def _unit(self, map_name: str, promise: str, value: str | None, person_id: int | None) -> str | None:
        """What a verdict is about: an object, or a person, whose id may be that of an object too: of what founded them."""
        told = self.maps.get(map_name, {"promises": {}})["promises"].get(promise, {})
        return person_text(person_id) if value is None or told.get("per") in {"person", "visit"} else value

    def _gap(self, map_name: str, promise: str, row: Row, language: str) -> Row:
        told = self.maps[map_name]["promises"][promise]
        return {
            "map": map_name,
            "promise": promise,
            "says": self._says(map_name, promise, language),
            "slice": {} if row["dimension"] is None else {row["dimension"]: row["value"]},
            "period": None if row["week"] is None else iso_week(row["week"]),
            **{key: row[key] for key in ("people", "eligible", *VERDICTS, "kept_ratio", "low", "high")},
            "owner": told["owner"],
            "theme": told["theme"],
            "nature": told["nature"],
            "goal": told.get("goal"),  # a run of an older version told none
            "goal_by": told.get("goal_by"),
            "population": row["population"],
            "sampling": row["sampling"],
            "observability": row["observability"],
            "money": row["money"],
            "said": {
                verdict: {"scores": row[f"scores_{verdict}"], "score_mean": row[f"score_{verdict}"]}
                for verdict in ("kept", "broken")
            },
        }

    def _verdict(
        self, map_name: str, promise: str, slices: Sequence[str], row: Row, texts: Mapping[int, str]
    ) -> Row:
        place = self.places(
            [(row[f"{name}_file"], row[f"{name}_row"]) for name in ("trigger", "target", "denied")]
        )
        original = {
            "verdict": row["original_verdict"],
            "deadline_at": self._when(row["original_deadline_at"]),
        }
        return {
            "map": map_name,
            "promise": promise,
            "unit": self._unit(map_name, promise, row["unit"], row["person_id"]),
            "person": person_text(row["person_id"]),
            "verdict": row["verdict"],
            "triggered_at": self._when(row["trigger_at"]),
            "deadline_at": self._when(row["deadline_at"]),
            "target_at": self._when(row["target_at"]),
            "part": row["part"],
            "from_at": self._when(row["from_at"]),
            "found": row["found"],
            "asked": row["asked"],
            "original": original if row["original_verdict"] is not None else None,
            "denied": place.get((row["denied_file"], row["denied_row"])),
            "period": iso_week(row["week"]),
            "slices": {name: row[f"slice_{number}"] for number, name in enumerate(slices)},
            "trigger": place.get((row["trigger_file"], row["trigger_row"])),  # none of a birthday
            "target": place.get((row["target_file"], row["target_row"])),
            "text": texts.get(row["target_id"] or 0) or texts.get(row["trigger_id"]),
        }

    def places(
        self, places: Sequence[tuple[int | None, int | None]]
    ) -> dict[tuple[int | None, int | None], Row]:
        """File and row of signals."""
        if not hasattr(self, "_paths"):
            self._paths = {row["file_id"]: row["path"] for row in self._files()}
        return {
            (file_id, row): {"file": self._paths.get(file_id), "row": row // MAX_RULES}
            for file_id, row in places
            if file_id is not None and row is not None
        }

    def texts(self, signal_ids: Sequence[int]) -> dict[int, str]:
        """What people wrote with these signals."""
        found: dict[int, str] = {}
        for start in range(0, len(signal_ids), 500):
            with self.vault.transaction() as connection:
                query = select(FREE_TEXT.c.signal_id, FREE_TEXT.c.text).where(
                    FREE_TEXT.c.signal_id.in_(signal_ids[start : start + 500])
                )
                found |= {row.signal_id: row.text for row in connection.execute(query)}
        return found

    def _identifiers(self, tokens: Sequence[int]) -> list[Row]:
        with self.vault.transaction() as connection:
            query = (
                select(IDENTIFIER)
                .where(IDENTIFIER.c.token.in_(tokens))
                .order_by(IDENTIFIER.c.namespace, IDENTIFIER.c.value)
            )
            rows = connection.execute(query).all()
        right = corrected(self.vault, tokens)
        return [
            {"namespace": row.namespace, "value": right.get((row.token, row.namespace), row.value)}
            for row in rows
        ]

    def object_names(self, object_ids: Collection[int]) -> dict[int, str]:
        """Object id to `namespace:value`."""
        if not object_ids:
            return {}
        asked = {"object_ids": sorted(object_ids)}
        rows = self.engine.model(__package__, "object_name", asked).to_pylist()
        return {row["object_id"]: f"{row['namespace']}:{row['value']}" for row in rows}

    def person_id(self, name: str) -> int:
        """Whom a person id, or an identifier as namespace:value, stands for.

        Raises:
            UnknownPerson: Nobody is known under `name`.
        """
        self.view(PERSON_TOKEN)
        token = self.token_of(name)
        found = self.engine.value("select person_id from person_token where token = $token", {"token": token})
        if found is None:
            raise UnknownPerson
        return int(found)

    def token_of(self, name: str) -> int:
        """The token of `namespace:value`, written in any way a source may write it, or of a person's id.

        Raises:
            UnknownPerson: No signal carried it, or it is no id.
        """
        namespace, colon, value = name.partition(":")
        if not colon:
            token = number_of(name)
        else:
            clean = written_once(self.engine, namespace, value, self.region)
            with self.vault.transaction() as connection:
                query = select(IDENTIFIER.c.token).where(
                    IDENTIFIER.c.namespace == namespace, IDENTIFIER.c.value == clean
                )
                token = connection.execute(query).scalar()
        if token is None:
            raise UnknownPerson
        return token

    def person_or_erased(self, name: str) -> int:
        """Whom a name stands for; says so where they were erased.

        Raises:
            ErasedPerson: They were.
            UnknownPerson: Nobody is known, or was, under `name`.
        """
        try:
            return self.person_id(name)
        except UnknownPerson:
            if self._is_erased(name):
                raise ErasedPerson from None
            raise

    def _is_erased(self, name: str) -> bool:
        namespace, colon, value = name.partition(":")
        form = written_form(namespace, value, self.region) if colon else None
        token = token_of(self.vault.key(), namespace, form) if form else number_of(name)
        with self.vault.transaction() as connection:
            query = select(TOMBSTONE.c.token).where(TOMBSTONE.c.token == token)
            return connection.execute(query).first() is not None

    def quality(self) -> tuple[Quality, Desk]:
        """How well people are recognised, and the desk from which the rows behind it are listed."""
        from parcours.identity.quality import measure  # noqa: PLC0415 - who reads gaps alone does not wait for it

        desk = self.identity()
        self.see()
        rules = rules_of(self._workspace.settings.identity, self.vault.terms("namespace"))
        return measure(desk, rules.kinds, self.region), desk

    def identity(self) -> Desk:
        """Where identity is explained from, its tables readable."""
        desk = Desk(self.engine, self._lake, self.vault, self.manifest, self.zone)
        desk.open()
        return desk

    def see(self) -> None:
        """Make `seen` (signals with their person) and `term` readable."""
        for spec in (SIGNAL, PERSON_TOKEN):
            self.view(spec)
        register_terms(self.engine, self.vault)
        see_signals(self.engine, self._files(), self.manifest.as_of)

    def walk(self, map_name: str | None, *, by: By, per: str | None, quiet: str | None) -> dict[int, str]:
        """Make the view `walk` of chosen journeys; answers the names of its nodes."""
        types = {code: text for text, code in self.vault.terms("type").items()}
        if map_name is not None:
            self._known("map", map_name, self.maps)
            for spec in (JOURNEY, JOURNEY_STEP):
                self.view(spec)
            code = self.vault.terms("map")[map_name]
            terms = self.vault.terms("step").items()
            steps = {
                code: text.partition("/")[2] for text, code in terms if text.partition("/")[0] == map_name
            }
            if by == "stage":
                drawn = self.maps[map_name]["drawn"]["stages"]
                place = {
                    step["step"]: number for number, stage in enumerate(drawn) for step in stage["steps"]
                }
                known = {code: place[name] for code, name in steps.items() if name in place}
                mining.walk_of_stages(self.engine, code, known)
                return {number: stage["stage"] for number, stage in enumerate(drawn)}
            mining.walk_of_map(self.engine, code, by_type=by == "type")
            return types if by == "type" else steps
        self.see()
        if per in {None, "person", "visit"}:
            silence = quiet or ("30m" if per == "visit" else None)
            mining.walk_of_people(self.engine, duration_us(silence) if silence else None)
            return types
        namespaces = self.vault.terms("namespace")
        self._known("object", per, {*namespaces, "person", "visit"})
        mining.walk_of_objects(self.engine, namespaces[per or ""])
        return types


@contextlib.contextmanager
def open_results(workspace: Workspace, memory: str | None = None) -> Iterator[Results]:
    """Open the last published run for reading.

    Raises:
        NothingPublished: No run has been published.
        OtherVersion: The last one was made by another version.
    """
    if not (workspace.vault / "vault.sqlite").exists():
        raise NothingPublished
    with workspace.reading():
        yield from _opened(workspace, memory)


def _opened(workspace: Workspace, memory: str | None) -> Iterator[Results]:
    vault = open_vault(workspace.vault, read_only=True)
    engine = open_engine(
        workspace.scratch("spill"),
        memory or workspace.settings.memory,
        workspace.settings.threads,
    )
    try:
        manifests = vault.manifests(1)
        if not manifests:
            raise NothingPublished
        if json.loads(str(manifests[0].facts["logic"]))[0] != LOGIC:
            raise OtherVersion
        yield Results(workspace, engine, vault, manifests[0])
    finally:
        engine.close()
        vault.close()


def _week(period: str) -> int:
    """`2026-W37` as 202637; what is no week is one that never was."""
    digits = period.replace("-W", "")
    return int(digits) if digits.isdigit() else -1


def populations(rows: Sequence[Row]) -> list[Row]:
    """Weighted figures of gap rows; intervals use the effective number of cases."""
    kept, broken, unseen, squared = (
        np.array([row[key] for row in rows], np.float64)
        for key in ("weight_kept", "weight_broken", "weight_unobservable", "weight_squared")
    )
    total = kept + broken + unseen
    effective = effective_count(total, squared)
    scale = np.divide(effective, total, out=np.zeros_like(total), where=total > 0)
    low, high = kept_interval(kept * scale, broken * scale, unseen * scale)
    judged = kept + broken
    ratio = np.divide(kept, judged, out=np.full_like(kept, np.nan), where=judged > 0)
    figures = {
        "kept": kept,
        "broken": broken,
        "unobservable": unseen,
        "kept_ratio": ratio,
        "low": low,
        "high": high,
    }
    columns = {
        name: [None if math.isnan(value) else value for value in column.tolist()]
        for name, column in figures.items()
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def interval_parts(rows: Sequence[Row]) -> list[Row]:
    """What chance alone, and what nobody saw alone, leave open of each kept share: `sampling` and `observability`.

    Of the population that a sample stands for, as `population` is; without weights that is the sample.
    """
    kept, broken, unseen, squared = (
        np.array([row[key] for row in rows], np.float64)
        for key in ("weight_kept", "weight_broken", "weight_unobservable", "weight_squared")
    )
    total = kept + broken + unseen
    scale = np.divide(effective_count(total, squared), total, out=np.zeros_like(total), where=total > 0)
    bounds = (*sampling_interval(kept * scale, broken * scale), *observability_interval(kept, broken, unseen))
    told = [[None if math.isnan(bound) else bound for bound in column.tolist()] for column in bounds]
    return [
        {"sampling": {"low": low, "high": high}, "observability": {"low": worst, "high": best}}
        for low, high, worst, best in zip(*told, strict=True)
    ]
