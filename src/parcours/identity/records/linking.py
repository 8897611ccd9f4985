"""One pass of linking: records up to date, a model, the pairs that changed, people, and what is asked of somebody."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.identity.records.blocking import choose_blocking, index_records, pairs_sql, rule_sql
from parcours.identity.records.clustering import cluster, components
from parcours.identity.records.errors import NoModel, NothingToCompare
from parcours.identity.records.fields import FIELDS
from parcours.identity.records.fixed import fixed_model
from parcours.identity.records.gathering import gather_records
from parcours.identity.records.households import household_share
from parcours.identity.records.learning import ENOUGH_RECORDS, asked_of, bits_of, learn, prior_for
from parcours.identity.records.patterns import compare_pairs, count_patterns
from parcours.identity.records.scoring import (
    count_terms,
    evidence_sql,
    score_groups,
    score_new,
    weigh_pairs,
)
from parcours.identity.records.store import (
    PAIR_SCHEMA,
    is_without_traits,
    keep_model,
    keep_pairs,
    load_pairs,
    newest_model,
)
from parcours.identity.store import SHARED_NAMESPACES
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    from parcours.identity.records.settings import RecordSettings
    from parcours.identity.records.store import StoredModel
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.vault import Vault

    Progress = Callable[[str, int, int], None]

LOGIC = "3"  # raised when records, comparisons or their meaning change, so that the next run learns and weighs anew
MERGE, REVIEW, IMPLIED = "merge", "review", "implied"
_SLACK_BITS = 7.0  # kept below `review` until the share of true pairs is known
_TOLD = ["token", "other_token", "weight_bits", "probability", "decision", "first_at"]


@dataclass(frozen=True)
class Proposed:
    """What records say about who is who.

    Attributes:
        pairs: Columns token, other_token (int64, token < other_token), weight_bits (float64, log-odds in bits), probability,
            decision (`merge` or `review`), first_at (int64, microseconds UTC: when the later of both was first told; null unknown).
        records: How many records there are.
        weighed: How many of them were new or changed.
        model_id: The model; None where there is none.
        note: Why nothing could be said; None where something was.
    """

    pairs: pa.Table
    records: int = 0
    weighed: int = 0
    model_id: int | None = None
    note: str | None = None


def propose_links(
    vault: Vault,
    workspace: Workspace,
    settings: RecordSettings,
    progress: Progress,
    *,
    memory: str | None = None,
    anew: bool = False,
) -> Proposed:
    """Bring records, pairs and decisions up to date with the traits of the vault.

    Only records that are new or changed are weighed, against all others, with the model of before. The model is learnt again when
    its definition changes, when half of the records are new to it, or when asked.

    Args:
        vault: Holds traits; gets records, model, pairs.
        workspace: Its scratch folder takes what the engine spills, since it holds personal data; it names the devices that many share,
            and what is told under their tokens is left out.
        settings: Of `identity.yaml`.
        progress: Told what is under way.
        memory: Bound on the engine; the workspace's by default.
        anew: Learn and weigh everything again.

    Raises:
        TooManyPairs: The settings' own rules bring more than is allowed; the vault is as before.
    """
    if is_without_traits(vault):
        return Proposed(_proposal(PAIR_SCHEMA.empty_table()))
    progress("records", 0, 4)
    own = workspace.settings
    engine = open_engine(workspace.scratch("records"), memory or own.memory, own.threads)
    shared = frozenset({*SHARED_NAMESPACES, *own.identity.never_merge})
    try:
        with vault.transaction():
            return _propose(engine, vault, settings, progress, shared, anew=anew)
    finally:
        engine.close()


def _propose(
    engine: Engine,
    vault: Vault,
    settings: RecordSettings,
    progress: Progress,
    shared: frozenset[str],
    *,
    anew: bool,
) -> Proposed:
    definition = _definition(settings, shared)
    model = newest_model(vault)
    anew = anew or model is None or model.definition != definition
    gathered = gather_records(engine, vault, settings.region, shared, anew=anew)
    count = gathered.records
    if model is not None and not (anew or gathered.anew or gathered.fresh):
        return Proposed(load_proposal(vault), count, 0, model.model_id, model.parameters.get("note"))
    progress("records", 1, 4)
    whole = model is None or anew or gathered.anew or _is_outgrown(model, count, gathered.fresh)
    if whole or model is None:
        model = keep_model(vault, definition, count, _weighed(engine, settings, count))
    if "note" in model.parameters:
        nobody = PAIR_SCHEMA.empty_table()
        keep_pairs(vault, nobody, None)
        return Proposed(_proposal(nobody), count, count, model.model_id, model.parameters["note"])
    if not whole:
        score_new(engine, model.parameters, bits_of(settings.review))
    progress("records", 2, 4)
    known = None if whole else load_pairs(vault)
    pairs = scored_pairs(engine, model.parameters, settings.merge, known, model.model_id)
    near = np.ones(len(pairs), bool) if known is None else _reached(engine, pairs, known)
    decided = decide(engine, model.parameters, settings, pairs.filter(near))
    decided = pa.concat_tables([pairs.filter(~near), decided]).sort_by(
        [("token", "ascending"), ("other_token", "ascending")]
    )
    progress("records", 3, 4)
    keep_pairs(vault, decided, None)
    progress("records", 4, 4)
    return Proposed(_proposal(decided), count, count if whole else gathered.fresh, model.model_id)


def _weighed(engine: Engine, settings: RecordSettings, count: int) -> dict[str, Any]:
    """The model's parameters; where none can be had, the note that says why."""
    if count < 2:  # noqa: PLR2004 - one record is alone
        return {"note": None}
    try:
        return weigh_all(engine, settings)
    except (NoModel, NothingToCompare) as problem:
        return {"note": problem.sentence}


def _is_outgrown(model: StoredModel, records: int, fresh: int) -> bool:
    """Learnt from too little to say something of so many."""
    told = model.parameters
    return (
        fresh > model.records / 2
        or "note" in told
        or (records >= ENOUGH_RECORDS and bool(told.get("is_fixed")))
    )


def weigh_all(engine: Engine, settings: RecordSettings) -> dict[str, Any]:
    """Learn a model from the table `record`, and make the table `scored` of the pairs worth a look.

    Returns:
        The model's parameters; the share of true pairs in them is what all pairs that were looked at give.
    """
    records = int(engine.value("select count(*) from record"))
    present = fields_told(engine, settings.fields or FIELDS)
    asked = asked_of(present, records)
    rules = choose_blocking(engine, present, settings).rules
    index_records(engine, rules)
    compare_pairs(engine, asked, pairs_sql(rules), "compared")
    engine.run("drop table keyed")
    looked_at = count_patterns(engine, asked, "compared")
    if records < ENOUGH_RECORDS:
        parameters = fixed_model(asked, records)
    else:
        parameters = learn(engine, asked, present, looked_at, is_all=rules == ((),))
    parameters |= {
        "rules": rules,
        "blocking_rules_to_generate_predictions": [rule_sql(rule) for rule in rules],
    }
    floor, prior = bits_of(settings.review), parameters["probability_two_random_records_match"]
    count_terms(engine, parameters)
    weigh_pairs(engine, parameters, floor - _SLACK_BITS, patterns=looked_at)
    engine.run("drop table compared")
    share = prior
    if not parameters.get("is_fixed"):
        weights = engine.arrow("select weight_bits from scored")["weight_bits"].to_numpy()
        share = prior_for(weights, prior, records * (records - 1) / 2)
    shift = bits_of(share) - bits_of(prior)
    engine.run(
        "update scored set weight_bits = weight_bits + $shift, shared_bits = shared_bits + $shift",
        {"shift": shift},
    )
    engine.run("delete from scored where weight_bits < $floor", {"floor": floor})
    households = household_share(engine, bits_of(settings.merge))
    return {**parameters, "probability_two_random_records_match": share, "household_share": households}


def fields_told(engine: Engine, fields: Collection[str]) -> list[str]:
    """Those of `fields` that two records at least say something of."""
    counts = engine.rows(f"select {', '.join(f'count({name})' for name in fields)} from record")[0]
    return [name for name, count in zip(fields, counts, strict=True) if count > 1]


def scored_pairs(
    engine: Engine, parameters: Mapping[str, Any], merge: float, known: pa.Table | None, model_id: int = 1
) -> pa.Table:
    """Pairs of now, undecided: those of the table `scored`, and `known` ones that nothing fresh touches.

    Args:
        engine: Holds `scored`, `record` and `fresh`.
        parameters: The model they were scored with.
        merge: Two records are one person from this probability on.
        known: Pairs of before; None where all were scored anew.
        model_id: Of the model.

    Returns:
        Columns of `PAIR_SCHEMA`; decision is empty where it is to be taken, and that of before in `known` ones.
    """
    own = "not s.is_two" if parameters["household_share"] >= merge else "s.is_own and not s.is_two"
    own = "s.is_certain" if parameters.get("is_fixed") else own
    sql = f"""
        select s.token, s.other_token, {model_id} as model_id, s.weight_bits, 1 / (1 + pow(2, -s.weight_bits)) as probability,
               {own} as may_join, greatest(l.first_at, r.first_at) as first_at, {evidence_sql(parameters)} as evidence,
               '' as decision
        from scored as s join record as l on l.token = s.token join record as r on r.token = s.other_token"""
    if known is not None:
        engine.register("known_pair", known)
        sql += """
            union all select token, other_token, model_id, weight_bits, probability, may_join, first_at, evidence, decision
            from known_pair where token not in (select token from fresh) and other_token not in (select token from fresh)"""
    sql = f"select * from ({sql}) order by token, other_token"
    return engine.arrow(sql).select(PAIR_SCHEMA.names).cast(PAIR_SCHEMA)


def decide(
    engine: Engine, parameters: Mapping[str, Any], settings: RecordSettings, pairs: pa.Table
) -> pa.Table:
    """Pairs with their decisions: what joins a group merges, what lies between groups is asked."""
    ends = np.concatenate([pairs["token"].to_numpy(), pairs["other_token"].to_numpy()])
    tokens, place = np.unique(ends, return_inverse=True)
    left, right = np.split(place.reshape(-1), 2)
    bits = pairs["weight_bits"].to_numpy()
    may_join = np.asarray(pairs["may_join"])
    merge_bits = bits_of(settings.merge)
    group = cluster(
        len(tokens), (left, right, bits), may_join, merge_bits, _weigher(engine, parameters, tokens)
    )
    same = group[left] == group[right]
    joins = same & may_join & (bits >= merge_bits)
    decision = np.select([joins, same], [MERGE, IMPLIED], REVIEW)
    place_of = pairs.schema.get_field_index("decision")
    return pairs.set_column(place_of, "decision", pa.array(decision, pa.string()))


def _reached(engine: Engine, pairs: pa.Table, known: pa.Table) -> NDArray[np.bool_]:
    """Which pairs are connected, over whatever pairs, with a fresh record or with one that was paired with it; the others stay as decided."""
    fresh = engine.arrow("select token from fresh")["token"].to_numpy()
    ends = [known[name].to_numpy() for name in ("token", "other_token")]
    lost = np.isin(ends[0], fresh) | np.isin(ends[1], fresh)
    touched = np.concatenate([fresh, ends[0][lost], ends[1][lost]])
    told = np.concatenate([pairs[name].to_numpy() for name in ("token", "other_token")])
    tokens, place = np.unique(told, return_inverse=True)
    left, right = np.split(place.reshape(-1), 2)
    group = components(len(tokens), left, right)
    return np.asarray(np.isin(group, group[np.isin(tokens, touched)])[left], np.bool_)


def _weigher(engine: Engine, parameters: Mapping[str, Any], tokens: NDArray[np.int64]) -> Callable[..., Any]:
    def weigh(records: NDArray[np.int64], groups: NDArray[np.int64]) -> Any:
        engine.register("grouping", pa.table({"token": tokens[records], "group_id": groups}))
        engine.run("create or replace table grouped as select * from grouping")
        score_groups(engine, parameters)
        found = engine.arrow("select token, other_token, weight_bits from scored_group")
        left, right = (np.searchsorted(tokens, found[name].to_numpy()) for name in ("token", "other_token"))
        return left, right, found["weight_bits"].to_numpy()

    return weigh


def load_proposal(vault: Vault) -> pa.Table:
    """What the pairs of the vault say; see `Proposed`."""
    return _proposal(load_pairs(vault, _TOLD))


def _proposal(pairs: pa.Table) -> pa.Table:
    return pairs.filter(pc.not_equal(pairs["decision"], IMPLIED)).select(_TOLD)


def _definition(settings: RecordSettings, shared: frozenset[str]) -> str:
    """Digest of all that decides on records and weights besides the traits."""
    content = settings.model_dump(mode="json", exclude={"trust", "golden"})
    text = json.dumps([LOGIC, sorted(shared), content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
