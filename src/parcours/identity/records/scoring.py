"""Weighs pairs of records with a model that was learnt: all of them, those of new records, or those within groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.identity.records.splinking import splink_desk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.lake import Engine

OWN_KEYS = {"terms", "household_share"}  # of a model, that are not Splink's
_SHARED = ("family_name", "street", "place", "postcode", "city", "phone")  # with whom one lives
_ENOUGH_HOUSEHOLDS = 20
_ALIKE = 1  # level of given names with several slips between them, or none in common: Carol and Charlie
_ATTESTED = 5  # records with a name make it a name
_CLOSE_BIRTH_DATES = 2  # levels of the comparison that count as the same: equal, one digit off


def score_all(engine: Engine, parameters: Mapping[str, Any], floor_bits: float) -> None:
    """Make the table `scored` of all pairs that the model's rules bring and that weigh at least `floor_bits`.

    Columns:
        token, other_token: bigint, token < other_token.
        weight_bits: double, log-odds that both are one person, in bits.
        shared_bits: double, the part of them that members of a household share.
        is_own: boolean, something of the person's own agrees.
        is_two: boolean, the given names are two people's.
        evidence: varchar, JSON: [comparison, level, bits] of each comparison; level -1: nothing to compare.
    """
    with _desk(engine, parameters) as desk:
        desk.know_terms(parameters["terms"])
        frame = desk.linker.inference.predict(threshold_match_weight=floor_bits, warning_mode="never")
        _keep(engine, parameters, [frame.physical_name])


def score_new(engine: Engine, parameters: Mapping[str, Any], floor_bits: float) -> None:
    """Make the table `scored` of pairs in which a token of `fresh` takes part; see `score_all`."""
    for name, condition in (("record_new", "in"), ("record_old", "not in")):
        engine.run(
            f"create or replace table {name} as select * from record where token {condition} (select token from fresh)"
        )
    with _desk(engine, parameters) as desk:
        desk.know_terms(parameters["terms"])
        new, old = desk.register("record_new"), desk.register("record_old")
        infer = desk.linker.inference
        between = infer.predict_between(new, old, threshold_match_weight=floor_bits, warning_mode="never")
        within = infer.predict_within(new, threshold_match_weight=floor_bits, warning_mode="never")
        _keep(engine, parameters, [between.physical_name, within.physical_name])
    engine.run("drop table record_new; drop table record_old")


def score_groups(engine: Engine, parameters: Mapping[str, Any]) -> None:
    """Make the table `scored_group` of all pairs within the groups of the table `grouped` (token, group_id); see `score_all`."""
    engine.run(
        "create or replace table record_grouped as select r.*, g.group_id from record as r join grouped as g using (token)"
    )
    with _desk(engine, parameters) as desk:
        desk.know_terms(parameters["terms"])
        frame = desk.linker.inference.predict_within(
            desk.register("record_grouped"),
            blocking_rules_to_generate_predictions=["l.group_id = r.group_id"],
            warning_mode="never",
        )
        _keep(engine, parameters, [frame.physical_name], "scored_group")
    engine.run("drop table record_grouped")


def _desk(engine: Engine, parameters: Mapping[str, Any]) -> Any:  # a context manager of `Desk`
    return splink_desk(engine, {name: value for name, value in parameters.items() if name not in OWN_KEYS})


def _keep(
    engine: Engine, parameters: Mapping[str, Any], tables: Iterable[str], target: str = "scored"
) -> None:
    prior = parameters["probability_two_random_records_match"]
    compared = {
        item["output_column_name"]: len(item["comparison_levels"]) - 2 for item in parameters["comparisons"]
    }
    told = max(1, int(engine.value("select count(given_name) from record")))
    rare = _ATTESTED / told * (1 - parameters["terms"].get("given_name", 0.0)) * 0.999  # of rounding
    parts = []
    for table in tables:
        columns = engine.columns(f"select * from {table}")
        steps = {name: _bits(name, columns) for name in compared}
        evidence = " || ',' || ".join(
            f"""'["{name}",' || gamma_{name} || ',' || round({bits}, 2) || ']'"""
            for name, bits in steps.items()
        )
        shared = " + ".join(
            ["log2($prior / (1 - $prior))", *(steps[name] for name in _SHARED if name in steps)]
        )
        parts.append(
            f"select least(token_l, token_r) as token, greatest(token_l, token_r) as other_token, match_weight as weight_bits, "
            f"{shared} as shared_bits, {_own(compared)} as is_own, {_two_names(compared, rare)} as is_two, "
            f"'[' || {evidence} || ']' as evidence from {table}"
        )
    engine.run(f"create or replace table {target} as {' union all '.join(parts)}", {"prior": prior})


def household_share(engine: Engine, merge_bits: float) -> float:
    """Of pairs that would be one person by what a household shares, and of which more is known, the part that is one.

    Where no two members of a household are customers this is near 1, and what a household shares tells who it is. Where there are many, it
    says nothing of a pair that tells no more than that.

    Args:
        engine: Holds `scored`.
        merge_bits: Log-odds from which on a pair is one person.

    Returns:
        A ratio; 0 where too few pairs tell.
    """
    sql = "select count(*) filter (is_own and not is_two), count(*) filter (is_own or is_two) from scored where shared_bits >= $bits"
    one, known = engine.rows(sql, {"bits": merge_bits})[0]
    return one / known if known >= _ENOUGH_HOUSEHOLDS else 0.0


def _bits(name: str, columns: Mapping[str, str]) -> str:
    return f"mw_{name} + mw_tf_adj_{name}" if f"mw_tf_adj_{name}" in columns else f"mw_{name}"


def _own(compared: Mapping[str, int]) -> str:
    """Given name, birth date or, where no given name speaks against it, e-mail agree: members of a household do not share them."""
    own = [f"gamma_given_name > {_ALIKE}"] if "given_name" in compared else []
    if "birth_date" in compared:
        own.append(_close_birth_date(compared))
    if "email" in compared:
        own.append(
            "gamma_email > 0"
            + (f" and gamma_given_name not in (0, {_ALIKE})" if "given_name" in compared else "")
        )
    return f"({' or '.join(own) or 'false'})"


def _two_names(compared: Mapping[str, int], rare: float) -> str:
    """Two given names that others bear too, not alike, and no birth date in common: a name nobody else bears is more likely a slip."""
    if "given_name" not in compared:
        return "false"
    two = f"gamma_given_name in (0, {_ALIKE}) and least(tf_given_name_l, tf_given_name_r) >= {rare!r}"
    return f"({two} and not {_close_birth_date(compared)})" if "birth_date" in compared else f"({two})"


def _close_birth_date(compared: Mapping[str, int]) -> str:
    return f"(gamma_birth_date > {compared['birth_date'] - _CLOSE_BIRTH_DATES})"
