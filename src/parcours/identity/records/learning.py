"""What agreement is worth, learnt from the records alone.

How often records of one person agree (m) comes by expectation maximisation over pairs that share something; how often strangers do (u)
from pairs drawn at random. In a small set some of those are one person after all, and agreement that only they show would look common:
their part is taken off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.identity.records.blocking import afford, count_pairs, possible, rule_sql
from parcours.identity.records.comparing import comparisons, splink_comparison
from parcours.identity.records.errors import NoModel, NothingToCompare
from parcours.identity.records.splinking import splink_desk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.identity.records.blocking import Rule
    from parcours.identity.records.comparing import Comparison
    from parcours.identity.records.splinking import Desk
    from parcours.lake import Engine

ENOUGH_RECORDS = 20  # below, chance agreement cannot be told from habit
_FEWEST_COMPARISONS = 2
_SEED = 1
_RANDOM_PAIRS = 2e6
_TRAINING_PAIRS = 1_000_000
_FIRST_LOOK_PAIRS = 500_000
_RECALL_OF_SURE = 0.8  # part of all true pairs that agree in one of `_SURE`; only a start, corrected below
_ITERATIONS = 100
_MOST_SHARE = 0.95  # of an agreement may be due to records of one person; beyond, a stranger who agrees would seem impossible
_SELDOM = (
    0.001  # of records of one person compare in any way one can name, even where training met none that did
)
_ROUNDS = 1
_TAUGHT = 2  # sessions that teach a comparison; what two say is averaged
_SURE: tuple[Rule, ...] = (  # agreement that is hardly ever chance
    ("email",),
    ("phone",),
    ("given_name", "family_name", "birth_date"),
    ("given_name", "family_name", "street"),
    ("family_name", "birth_date", "postcode"),
    ("given_name", "birth_date", "postcode"),
    ("given_name", "family_name", "postcode", "city"),
)
_SESSIONS: tuple[Rule, ...] = (  # each teaches what the others cannot: the fields it does not ask for
    ("birth_date",),
    ("given_name", "family_name"),
    ("email",),
    ("phone",),
    ("street", "postcode"),
    ("street", "city"),
    ("family_name", "postcode"),
    ("family_name", "city"),
)


def learn(engine: Engine, present: Collection[str], rules: Sequence[Rule]) -> dict[str, Any]:
    """Learn a model from the engine's table `record`.

    Args:
        engine: Holds `record`.
        present: Fields that records tell and that are compared.
        rules: By which pairs will be looked at.

    Returns:
        Splink's settings with every probability; `terms`, our own key, holds the shares that frequencies are cut by.

    Raises:
        NothingToCompare: Fewer than two comparisons are left.
        NoModel: No training comes to rest, or what it says is no sense.
    """
    records = int(engine.value("select count(*) from record"))
    asked = comparisons(present)
    if len(asked) < _FEWEST_COMPARISONS:
        raise NothingToCompare(records, tuple(sorted(present)))
    parameters: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "token",
        "comparisons": [splink_comparison(item) for item in asked],
        "blocking_rules_to_generate_predictions": [rule_sql(rule) for rule in rules],
        "retain_matching_columns": True,  # the level of each comparison is only told with them
        "retain_intermediate_calculation_columns": True,
        "max_iterations": _ITERATIONS,
    }
    sessions = _trainable(engine, present)
    if not sessions:
        raise NoModel(records, "no two records share enough to learn from")
    with splink_desk(engine, parameters) as desk:
        _start(desk, present, records)
        desk.linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        _train(desk, asked, sessions, records)
        parameters = desk.linker.misc.save_model_to_json()
    among_all = _levels(parameters, "u_probability")
    among_all |= _exact_agreement(engine, parameters)
    look = afford(count_pairs(engine, possible(present)), _FIRST_LOOK_PAIRS).rules
    for _ in range(_ROUNDS):
        terms = _take_matches_off(parameters, among_all)
        with splink_desk(
            engine,
            {**parameters, "blocking_rules_to_generate_predictions": [rule_sql(rule) for rule in look]},
        ) as desk:
            desk.know_terms(terms)
            _train(desk, asked, sessions, records)
            trained = desk.linker.misc.save_model_to_json()
            if look:
                trained["probability_two_random_records_match"] = _matches_among(desk, records)
        parameters = {
            **trained,
            "blocking_rules_to_generate_predictions": parameters["blocking_rules_to_generate_predictions"],
        }
    terms = _take_matches_off(parameters, among_all)
    _check_sense(parameters, records)
    return {**parameters, "terms": terms}


def prior_for(weights: NDArray[np.float64], prior: float, pairs: float) -> float:
    """The part of all pairs that is one person, by which the weights give back as many as they were given.

    Args:
        weights: (n,) float64, match weights of the pairs looked at, in bits, with `prior` in them.
        prior: Part of all pairs that was believed to be one person.
        pairs: How many there are in all; those not looked at are strangers.

    Source:
        The step of expectation maximisation for the mixing share alone: Dempster, Laird and Rubin (1977), JRSS B 39:1-38.

    Example:
        >>> round(prior_for(np.array([20.0, 20.0, -20.0]), 0.001, 1000.0), 4)
        0.002
    """
    evidence = weights - np.log2(prior / (1 - prior))
    share = prior
    for _ in range(50):
        before = share
        share = float(_probability(evidence + np.log2(share / (1 - share))).sum() / pairs)
        share = min(max(share, 0.5 / pairs), 0.5)
        if abs(share - before) <= before * 1e-6:
            break
    return share


def _probability(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp2(-np.clip(bits, -500, 500)))


def _trainable(engine: Engine, present: Collection[str]) -> list[Rule]:
    """Sessions with pairs to learn from."""
    rules = [rule for rule in _SESSIONS if set(rule) <= set(present)]
    return [rule for rule, pairs in count_pairs(engine, rules).items() if pairs]


def _columns(item: Comparison) -> str:
    """All the SQL of a comparison, in which the names of its columns are found."""
    return " ".join([item.null, *(level.condition for level in item.levels)])


def _start(desk: Desk, present: Collection[str], records: int) -> None:
    """A first idea of how many pairs are one person: those that agree in what is hardly ever chance."""
    rules: list[Any] = [
        rule_sql(rule) for rule in _SURE if set(rule) <= set(present)
    ]  # Splink takes objects too
    core = desk.linker._settings_obj.core_model_settings  # noqa: SLF001 - Splink reads it from there and offers no setter
    core.probability_two_random_records_match = 1 / records
    if rules:
        try:
            desk.linker.training.estimate_probability_two_random_records_match(rules, recall=_RECALL_OF_SURE)
        except ValueError:  # nearly all pairs agree in them
            core.probability_two_random_records_match = 0.5
    found = desk.linker._settings_obj._probability_two_random_records_match  # noqa: SLF001 - as above
    if not found:
        desk.linker._settings_obj._probability_two_random_records_match = 1 / (10 * records)  # noqa: SLF001


def _train(desk: Desk, asked: Sequence[Comparison], sessions: Sequence[Rule], records: int) -> None:
    """Learn m, session after session, until each comparison was taught often enough."""
    taught = dict.fromkeys((item.name for item in asked), 0)
    for rule in sessions:
        learns = [item.name for item in asked if not any(name in _columns(item) for name in rule)]
        if any(taught[name] < _TAUGHT for name in learns) and _session(desk, rule):
            taught |= {name: taught[name] + 1 for name in learns}
    if not any(taught.values()):
        raise NoModel(records, "no training came to rest")


def _session(desk: Desk, rule: Rule) -> bool:
    """One training, on pairs that agree in a rule; false where it teaches nothing.

    Splink gives up where a probability falls below what a float holds, as where all who share a phone are couples, and where all pairs
    are one person, so that the odds are infinite.
    """
    from splink.internals.exceptions import SplinkException  # noqa: PLC0415 - with Splink

    settings: Any = desk.linker._settings_obj  # noqa: SLF001 - a session that gives up leaves its model without fields
    before = settings.core_model_settings.copy()
    try:
        session = desk.linker.training.estimate_parameters_using_expectation_maximisation(
            rule_sql(rule), estimate_without_term_frequencies=True, max_pairs=_TRAINING_PAIRS
        )
    except (SplinkException, ValueError):
        settings.core_model_settings = before
        return False
    return len(session._core_model_settings_history) <= _ITERATIONS  # noqa: SLF001 - the only trace of it


def _matches_among(desk: Desk, records: int) -> float:
    """The share of one person among all pairs, by what a first look at some of them gives."""
    prior = desk.linker._settings_obj._probability_two_random_records_match  # noqa: SLF001 - no public getter
    frame = desk.linker.inference.predict(threshold_match_weight=-10, warning_mode="never")
    weights = desk.engine.arrow(f"select match_weight from {frame.physical_name}")["match_weight"].to_numpy()
    return prior_for(weights, prior, records * (records - 1) / 2)


def _levels(parameters: Mapping[str, Any], key: str) -> dict[tuple[str, str], float]:
    return {
        (item["output_column_name"], level["sql_condition"]): level[key]
        for item in parameters["comparisons"]
        for level in item["comparison_levels"]
        if level.get(key) is not None
    }


def _exact_agreement(engine: Engine, parameters: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """How often two records agree in a whole value, over all pairs: no sample is as good, and none is needed."""
    found = {}
    for item in parameters["comparisons"]:
        for level in item["comparison_levels"]:
            column = level.get("tf_adjustment_column")
            if column is None or level["sql_condition"].replace('"', "") != f"{column}_l = {column}_r":
                continue
            if (
                item["comparison_levels"].index(level) != 1
            ):  # the first after null: nothing was taken before it
                continue
            pairs = engine.value(
                f"select sum(c * (c - 1)) / nullif(sum(c) * (sum(c) - 1), 0) from (select count(*) as c from record where {column} is not null group by {column})"
            )
            if pairs:
                found[item["output_column_name"], level["sql_condition"]] = float(pairs)
    return found


def _take_matches_off(
    parameters: dict[str, Any], among_all: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    """Bring u to what strangers show, in place; answers by column what part of its agreement was one person's.

    Among random pairs a level is met with probability prior x m + (1 - prior) x u. A level that was never met where it should have taught
    us something weighs nothing.
    """
    prior = parameters["probability_two_random_records_match"]
    floor = 1 / _RANDOM_PAIRS
    shares: dict[str, float] = {}
    rare = {
        level["tf_adjustment_column"]
        for item in parameters["comparisons"]
        for level in item["comparison_levels"]
        if level.get("tf_adjustment_column")
    }
    for item in parameters["comparisons"]:
        levels = [level for level in item["comparison_levels"] if not level.get("is_null_level")]
        for level in levels:
            seen = among_all.get((item["output_column_name"], level["sql_condition"]))
            strangers = max(seen or floor, floor)
            agree = level.get("m_probability")
            if agree is None:
                level["m_probability"] = level["u_probability"] = strangers
                continue
            share = min(prior * agree / strangers, _MOST_SHARE)
            level["u_probability"] = strangers * (1 - share)
            level["m_probability"] = max(agree, _SELDOM)
            if level.get("tf_adjustment_column"):
                shares.setdefault(level["tf_adjustment_column"], share)
        for key in ("m_probability", "u_probability"):
            total = sum(level[key] for level in levels)
            for level in levels:
                level[key] /= total
    return dict.fromkeys(sorted(rare), 0.0) | shares


def _check_sense(parameters: Mapping[str, Any], records: int) -> None:
    """Records of one person agree more often than strangers, in something at least."""
    telling = 0
    for item in parameters["comparisons"]:
        first = next(level for level in item["comparison_levels"] if not level.get("is_null_level"))
        telling += first["m_probability"] > 2 * first["u_probability"]
    if telling < _FEWEST_COMPARISONS:
        raise NoModel(records, "records that share something agree no more in the rest than strangers")
