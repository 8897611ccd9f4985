"""Personas held against the habits of simulated people, and against k-means; how long a million people take.

The truth is a habit that nobody sees: who bought once may have any. So the same model is also told the truth of half the people and asked
about the other half: what anybody could reach who sees only these signals stands beside what we reach.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.cluster.vq import kmeans2
from sqlalchemy import select

from parcours.bench.child import peak_of_this_process, run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, figure, reaches, stays_below
from parcours.bench.truth import lived
from parcours.gap.naming import register_terms
from parcours.gap.personas import personas_of
from parcours.gap.personas.belonging import belong
from parcours.gap.personas.learning import learn, posterior_of
from parcours.gap.personas.store import Edits
from parcours.gap.results import open_results
from parcours.identity import PERSON_TOKEN
from parcours.journey.life.ways import Words
from parcours.journey.personas import Acts, adjusted_rand, find_patterns, read_acts
from parcours.journey.personas.mixing import taught
from parcours.kernel.workspace import Workspace
from parcours.vault.tables import IDENTIFIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.results import Results

    Integers = NDArray[np.int64]

PEOPLE, SEEDS, MANY = 20_000, 3, 1_000_000
_RAND, _AHEAD, _STABLE = 0.75, 0.1, 0.8  # targets
_BELOW_S, _BELOW_BYTES = 120.0, 6e9
_OFTEN = (3, 5, 10)  # purchases from which a habit can show
_STARTS = 5
_MEMORY = "5GB"


def bench_personas(people: int = MANY, seeds: int = SEEDS, progress: Progress = silent) -> list[BenchRow]:
    """Score personas of simulated retailers of 20,000 people, and time many people.

    Args:
        people: Of the large case, at least; the people of the first retailer, as often as it takes.
        seeds: How many retailers are scored.
        progress: Told before each.
    """
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    rows: list[BenchRow] = []
    with tempfile.TemporaryDirectory(prefix="parcours-personas-") as folder:
        for seed in range(1, seeds + 1):
            progress(f"personas, retailer {seed} of {seeds}")
            shop = lived(Path(folder) / str(seed), PEOPLE, seed)
            for key, value in score(shop).items():
                scores[key].append(value)
        rows += _score_rows(scores, seeds)
        progress(f"personas, {people:,} people")
        told = run_module("personas", "parcours.bench.personas", Path(folder) / "1", str(people)).answer
    case = f"{told['people']:,} people, {told['signals']:,} signals: one retailer's, repeated"
    return [
        *rows,
        stays_below(
            "personas",
            case,
            "processor time, from signals to everybody's persona",
            "s",
            told["seconds"],
            _BELOW_S,
        ),
        stays_below("personas", case, "peak memory", "bytes", told["peak_bytes"], _BELOW_BYTES),
    ]


def score(shop: Workspace) -> dict[tuple[str, str], float]:
    """Adjusted Rand indices of a simulated workspace that was run: (which people, of what) to the figure; and stability."""
    with open_results(shop) as results:
        found = personas_of(results)
        acts = _acts(results)
        truth = _truth(results, shop.folder / "truth", acts.people)
    told = found.people["persona"].to_numpy().astype(np.int64)
    likeliest = posterior_of(found.definition, acts).argmax(axis=1)
    peer = _k_means(acts, len(found.definition["classes"]))
    best = _told_half(acts, truth)
    bought = np.asarray(acts.counts[:, acts.columns("buying")].sum(axis=1)).ravel()
    among = {
        "everybody whose truth is known": truth >= 0,
        "who belongs to a persona": (truth >= 0) & (told > 0),
    }
    among |= {f"who bought {times} times or more": (truth >= 0) & (bought >= times) for times in _OFTEN}
    figures: dict[tuple[str, str], float] = {("", "stability"): found.definition["stability"]}
    figures["", "classes"] = len(found.definition["classes"])
    for name, people in among.items():
        figures[name, "people"] = float(people.sum())
        for what, labels in (("ours", told), ("likeliest", likeliest), ("k-means", peer), ("told", best)):
            figures[name, what] = adjusted_rand(truth[people], labels[people])
    return figures


def _score_rows(scores: dict[tuple[str, str], list[float]], seeds: int) -> list[BenchRow]:
    rows = []
    for among in dict.fromkeys(name for name, _ in scores if name):
        people = round(mean(scores[among, "people"]))
        case = f"{among}: {people:,} of {PEOPLE:,} simulated people, retailers: {seeds}"
        ours, peer = mean(scores[among, "ours"]), mean(scores[among, "k-means"])
        metric = "adjusted Rand to true habits, none of these a group of its own"
        rows += [
            BenchRow("personas", case, metric, "index", ours, None, None, None, _RAND, ours >= _RAND),
            BenchRow("personas", case, "ahead of k-means on plain counts: ours - peer", "index", ours, peer, "k-means (scipy)", ours - peer, _AHEAD, ours - peer >= _AHEAD),
            figure("personas", case, "adjusted Rand, everybody in their likeliest", "index", mean(scores[among, "likeliest"])),
            figure("personas", case, "adjusted Rand of the model told half the truth", "index", mean(scores[among, "told"])),
        ]  # fmt: skip
    case = f"retailers: {seeds}, of {PEOPLE:,} people; classes found: {', '.join(f'{each:.0f}' for each in scores['', 'classes'])}"
    stability = min(scores["", "stability"])
    rows.append(reaches("personas", case, "bootstrap stability, the least", "index", stability, _STABLE))
    return rows


def _acts(results: Results) -> Acts:
    results.see()
    register_terms(results.engine, results.vault)
    return read_acts(results.engine, _words(results))


def _words(results: Results) -> Words:
    return Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace")))


def _truth(results: Results, folder: Path, people: Integers) -> Integers:
    """(n_person,) true persona of most of a person's identifiers; -1: none of them is in the truth."""
    results.view(PERSON_TOKEN)
    person = dict(results.engine.rows("select token, person_id from person_token"))
    with results.vault.transaction() as connection:
        query = select(IDENTIFIER.c.namespace, IDENTIFIER.c.value, IDENTIFIER.c.token)
        tokens = {(namespace, value): token for namespace, value, token in connection.execute(query)}
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        persona = {row["person"]: row["persona"] for row in csv.DictReader(file)}
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    with (folder / "identity.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            token = tokens.get((row["namespace"], row["identifier"]))
            if token in person:
                votes[person[token]][row["person"]] += 1
    names = sorted(set(persona.values()))
    told = [
        names.index(persona[votes[one].most_common(1)[0][0]]) if one in votes else -1
        for one in people.tolist()
    ]
    return np.array(told, np.int64)


def _k_means(acts: Acts, classes: int) -> Integers:
    """Of the plain counts, the best of a few starts (k-means++)."""
    counts = acts.counts.toarray()
    found = [kmeans2(counts, classes, minit="++", seed=seed) for seed in range(_STARTS)]
    errors = [float(((counts - centres[labels]) ** 2).sum()) for centres, labels in found]
    return np.asarray(found[int(np.argmin(errors))][1], np.int64)


def _told_half(acts: Acts, truth: Integers) -> Integers:
    """What the model says of each half of the people when it is told the truth of the other half."""
    half = np.random.default_rng(0).integers(0, 2, len(truth))
    said = np.full(len(truth), -1, np.int64)
    patterns = find_patterns(acts.counts, acts.groups)
    for side in (0, 1):
        known = np.flatnonzero((half == side) & (truth >= 0))
        owned = np.zeros((len(patterns.weights), int(truth.max()) + 1))
        np.add.at(owned, (patterns.of_person[known], truth[known]), 1.0)
        drawn = patterns.drawn(known)
        model = taught(drawn, owned / np.maximum(drawn.weights, 1)[:, None])
        asked = half != side
        said[asked] = model.posterior(patterns)[patterns.of_person[asked]].argmax(axis=1)
    return said


def _measure(folder: Path, people: int) -> dict[str, Any]:
    """Processor seconds (all threads) and bytes from signals to everybody's persona, for the people of a workspace repeated."""
    with open_results(Workspace(folder), _MEMORY) as results:
        results.see()
        register_terms(results.engine, results.vault)
        known = results.engine.value("select count(distinct person_id) from seen")
        copies = -(-people // max(int(known), 1))
        results.engine.run(_REPEATED.format(copies=copies))
        began = time.process_time()
        acts = read_acts(results.engine, _words(results))
        edits = Edits({}, {}, frozenset())
        table = belong(acts, learn(acts, None, edits), edits)
        seconds = time.process_time() - began
        signals = results.engine.value("select count(*) from seen_signal where person_id is not null")
    return {
        "seconds": seconds,
        "peak_bytes": peak_of_this_process(),
        "people": len(table),
        "signals": int(signals) * copies,
    }


# Other people with the same habits: their ids, and those of what they bought, are mixed with the number of the copy.
_REPEATED = """
create or replace temp view seen as
select xor(signal_id, r.range * 7046029254386353) as signal_id, type_id, channel_id, occurred_at, ordinal, properties,
       list_transform(objects, lambda x: {{'namespace_id': x.namespace_id, 'object_id': xor(x.object_id, r.range * 7046029254386353)}}) as objects,
       xor(person_id, r.range * 7046029254386353) as person_id
from seen_signal, range({copies}) as r
where person_id is not null
"""

if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), int(sys.argv[2]))))  # noqa: T201 - the answer of a contender
