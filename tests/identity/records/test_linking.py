"""Linking from vault to proposals: accuracy on people never seen, small changes, wrong settings, no traces outside the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from identity.records.given import Record, tell, town, vault_in
from parcours.identity.correcting import correct
from parcours.identity.evaluating import Accuracy, pairwise
from parcours.identity.records import (
    Proposed,
    RecordSettings,
    forget_tokens,
    propose_links,
    read_record_settings,
    reasons,
)
from parcours.identity.records.learning import prior_for
from parcours.kernel.errors import Faulty
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.vault import Vault

PEOPLE, COPIES = 220, 110


def told(count: int, shown: int) -> None:
    """Progress that nobody watches."""


def workspace_in(folder: Path) -> Workspace:
    """An empty workspace."""
    (folder / "sources").mkdir(exist_ok=True)
    return Workspace(folder)


def proposed(
    vault: Vault, folder: Path, settings: RecordSettings | None = None, *, anew: bool = False
) -> Proposed:
    """One pass of linking."""
    silent = lambda *_: None  # noqa: E731
    return propose_links(
        vault, workspace_in(folder), settings or RecordSettings(), silent, memory="1GB", anew=anew
    )


def people_of(result: Proposed, tokens: list[int]) -> dict[int, int]:
    """The person of each token, by the pairs that merge."""
    person = {token: token for token in tokens}

    def first(token: int) -> int:
        while person[token] != token:
            token = person[token]
        return token

    for pair in result.pairs.to_pylist():
        if pair["decision"] == "merge":
            low, high = sorted((first(pair["token"]), first(pair["other_token"])))
            person[high] = low
    return {token: first(token) for token in tokens}


def accuracy(result: Proposed, owners: dict[int, int]) -> Accuracy:
    """Pairs after clustering against the truth."""
    found = people_of(result, list(owners))
    return pairwise(np.array([found[token] for token in owners]), np.array(list(owners.values())))


def numbered(records: list[Record]) -> dict[int, Record]:
    """Records by their token, from 1."""
    return dict(enumerate(records, 1))


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Vault, Proposed, dict[int, int]]:
    """A town linked once: folder, vault, what was proposed, whose each token is."""
    folder = tmp_path_factory.mktemp("town")
    records, owners = town(PEOPLE, COPIES, seed=97)
    vault = vault_in(folder)
    tell(vault, numbered(records), 1, at=5)
    return folder, vault, proposed(vault, folder), dict(enumerate(owners, 1))


def test_people_never_seen_are_told_apart(linked: tuple[Path, Vault, Proposed, dict[int, int]]) -> None:
    """Names, streets and slips of an invented town, nothing of which any default was chosen by: as good as on the public sets."""
    _, _, result, owners = linked
    told_apart = accuracy(result, owners)

    assert told_apart.precision >= 0.99
    assert told_apart.recall >= 0.95
    assert result.records == PEOPLE + COPIES
    assert set(result.pairs["first_at"].to_pylist()) == {5}


def test_a_waterfall_sums_to_the_weight(linked: tuple[Path, Vault, Proposed, dict[int, int]]) -> None:
    """What any two records are worth and what each comparison adds give the weight of the pair, to a hundredth a step."""
    _, vault, result, _ = linked
    pair = result.pairs.slice(0, 1).to_pylist()[0]
    steps = reasons(vault, pair["other_token"], pair["token"])

    assert sum(step.bits for step in steps) == pytest.approx(pair["weight_bits"], abs=0.01 * len(steps))
    assert steps[0].comparison == "any two records"
    assert steps[0].bits < -5
    assert reasons(vault, -1, -2) == []


def test_a_second_pass_changes_nothing(linked: tuple[Path, Vault, Proposed, dict[int, int]]) -> None:
    """Nothing new: the same pairs by the same model."""
    folder, vault, result, _ = linked
    again = proposed(vault, folder)

    assert again.weighed == 0
    assert again.pairs.sort_by([("token", "ascending"), ("other_token", "ascending")]).equals(result.pairs)


def test_nothing_personal_is_left_outside_the_vault(
    linked: tuple[Path, Vault, Proposed, dict[int, int]],
) -> None:
    """What the engine spilled is gone."""
    folder, *_ = linked

    assert {path.name for path in (folder / ".parcours").rglob("*") if path.is_file()} <= {
        "vault.sqlite",
        "vault.sqlite-wal",
        "vault.sqlite-shm",
    }


def test_new_records_find_their_people_and_touch_nobody_else(tmp_path: Path) -> None:
    """A second file with copies of some: only they are weighed, they join who they are, and everybody else stays as they were."""
    records, owners = town(PEOPLE, COPIES, seed=5)
    first, late = numbered(records), {}
    for token in range(len(records) - 15, len(records) + 1):
        late[token] = first.pop(token)
    vault = vault_in(tmp_path)
    tell(vault, first, 1)
    before = proposed(vault, tmp_path)
    tell(vault, late, 2)
    after = proposed(vault, tmp_path)
    truth = dict(enumerate(owners, 1))
    touched = {truth[token] for token in late}
    ids_before, ids_after = people_of(before, list(first)), people_of(after, list(truth))
    vault.close()

    assert (after.weighed, after.model_id) == (len(late), before.model_id)
    assert accuracy(after, truth).recall >= 0.95
    assert accuracy(after, truth).precision >= 0.99
    untouched = [token for token in first if truth[token] not in touched]
    assert [ids_after[token] for token in untouched] == [ids_before[token] for token in untouched]


def test_members_of_a_household_stay_two(tmp_path: Path) -> None:
    """Couples with one name, one address, one phone: apart where given names are, asked about where one of them is not told."""
    records, owners = town(120, 60, seed=41)
    couples: list[Record] = []
    for number in range(60):
        first = records[number]
        shared = {name: first[name] for name in ("family_name", "street", "postcode", "city", "phone")}
        couples.append({**shared, "given_name": records[number + 60]["given_name"]})
    truth = [*owners, *range(1_000, 1_060)]
    nameless = {name: value for name, value in couples[0].items() if name != "given_name"}
    vault = vault_in(tmp_path)
    everybody = numbered([*records, *couples, nameless])
    tell(vault, everybody, 1)
    result = proposed(vault, tmp_path)
    vault.close()
    owned = dict(enumerate(truth, 1))
    asked = {
        token
        for pair in result.pairs.to_pylist()
        if pair["decision"] == "review"
        for token in (pair["token"], pair["other_token"])
    }
    ids = people_of(result, list(everybody))

    assert accuracy(result, owned).precision >= 0.97
    assert list(ids.values()).count(ids[len(everybody)]) == 1
    assert len(everybody) in asked


def test_what_is_told_at_a_shared_device_is_nobodys(tmp_path: Path) -> None:
    """Traits under the token of a kiosk make no record."""
    vault = vault_in(tmp_path)
    tell(vault, numbered(town(40, 10, seed=8)[0]), 1, namespace="kiosk")
    result = proposed(vault, tmp_path)
    vault.close()

    assert (result.records, result.pairs.num_rows) == (0, 0)


def test_without_traits_there_is_nothing_to_do(tmp_path: Path) -> None:
    """An empty vault: no records, no note, no scratch folder."""
    vault = vault_in(tmp_path)
    result = proposed(vault, tmp_path)
    vault.close()

    assert (result.records, result.pairs.num_rows, result.note) == (0, 0, None)


def test_of_a_handful_only_what_is_certain_is_one(tmp_path: Path) -> None:
    """Ten records, too few to learn from: the same name, birth date and e-mail are one person; nothing weaker is, be it one field less."""
    irene = {
        "given_name": "irene",
        "family_name": "dufau",
        "birth_date": "1970-03-02",
        "email": "irene.dufau@example.org",
    }
    weaker = [
        {name: value for name, value in irene.items() if name != "email"},
        {**irene, "birth_date": "1970-03-20"},
        {**irene, "given_name": "i"},
        {**irene, "family_name": "dufaut"},
        {**irene, "email": "irene@example.org", "phone": "0612345678", "postcode": "40100"},
    ]
    others = town(3, 0, seed=1)[0]
    vault = vault_in(tmp_path)
    tell(vault, numbered([irene, {**irene, "given_name": "Mme Irène"}, *weaker, *others]), 1)
    result = proposed(vault, tmp_path)
    again = proposed(vault, tmp_path)
    vault.close()

    assert _merged(result) == {(1, 2)}
    assert (result.note, again.weighed) == (None, 0)


def test_a_handful_that_grows_is_learnt_from(tmp_path: Path) -> None:
    """From twenty records on, what is known anywhere makes way for what the records teach."""
    records = numbered(town(60, 40, seed=6)[0])
    vault = vault_in(tmp_path)
    tell(vault, {token: records[token] for token in range(1, 16)}, 1)
    few = proposed(vault, tmp_path)
    tell(vault, {token: records[token] for token in range(16, 101)}, 2)
    many = proposed(vault, tmp_path)
    vault.close()

    assert (few.records, many.records, many.weighed) == (15, 100, 100)
    assert many.model_id != few.model_id
    assert many.pairs.num_rows > few.pairs.num_rows


def test_records_that_hold_one_thing_are_left_alone(tmp_path: Path) -> None:
    """One comparison cannot tell itself from chance: said once, remembered, and nobody is joined."""
    vault = vault_in(tmp_path)
    records = [{"family_name": f"name{n % 9}", "birth_date": "1990-01-01"} for n in range(60)]
    tell(vault, numbered(records), 1)
    result = proposed(vault, tmp_path, RecordSettings(fields=("family_name",)))
    again = proposed(vault, tmp_path, RecordSettings(fields=("family_name",)))
    vault.close()

    assert result.note is not None
    assert result.note.startswith("60 records cannot be linked by what they hold")
    assert (again.note, again.weighed, again.pairs.num_rows) == (result.note, 0, 0)


def test_what_is_corrected_counts_before_what_sources_say(tmp_path: Path) -> None:
    """Two records of one person that a wrong birth date and name keep apart are one once both are corrected; nothing else is weighed."""
    records = numbered(town(80, 40, seed=31)[0])
    own = {"given_name": "irene", "family_name": "dufau", "birth_date": "1970-03-02", "phone": "0612345678"}
    wrong = {"given_name": "jean", "family_name": "nogaro", "birth_date": "1991-11-23", "phone": "0612345678"}
    vault = vault_in(tmp_path)
    tell(vault, {**records, 501: own, 502: wrong}, 1)
    before = proposed(vault, tmp_path)
    for field in ("given_name", "family_name", "birth_date"):
        correct(vault, ("customer", "502"), field, own[field], None, at=1)
    _give_token(vault, 502)
    after = proposed(vault, tmp_path)
    again = proposed(vault, tmp_path)
    vault.close()

    assert (501, 502) not in _merged(before)
    assert (after.weighed, again.weighed) == (1, 0)
    assert (501, 502) in _merged(after)


def _merged(result: Proposed) -> set[tuple[int, int]]:
    return {
        (pair["token"], pair["other_token"])
        for pair in result.pairs.to_pylist()
        if pair["decision"] == "merge"
    }


def _give_token(vault: Vault, token: int) -> None:
    """Corrections of a test stand under the number the records have, not under the keyed one."""
    with vault.transaction() as connection:
        connection.exec_driver_sql("update correction set token = ?", (token,))


def test_records_that_agree_by_chance_only_are_not_merged(tmp_path: Path) -> None:
    """Fields drawn at random agree by chance only: nothing is merged in their name."""
    vault = vault_in(tmp_path)
    records = [
        {"family_name": f"f{n % 7}q", "city": f"c{n % 5}q", "given_name": f"g{n % 3}q"} for n in range(105)
    ]
    tell(vault, numbered(records), 1)
    result = proposed(vault, tmp_path)
    vault.close()

    assert "merge" not in result.pairs["decision"].to_pylist()


def test_forgotten_tokens_leave_nothing(tmp_path: Path) -> None:
    """After erasure no record, no pair, no evidence speaks of a token."""
    vault = vault_in(tmp_path)
    tell(vault, numbered(town(60, 30, seed=12)[0]), 1)
    pair = proposed(vault, tmp_path).pairs.slice(0, 1).to_pylist()[0]
    forget_tokens(vault, [pair["token"]])
    with vault.transaction() as connection:
        left = connection.exec_driver_sql(
            "select (select count(*) from record where token = ?) + (select count(*) from record_pair where ? in (token, other_token))",
            (pair["token"], pair["token"]),
        ).scalar()
    vault.close()

    assert left == 0


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("merge: 0.9\nreview: 0.95\n", "review is above merge"),
        (
            "merge: 0.9\nblocking:\n  - [family_name]\n  - [shoe_size]\n",
            "identity.yaml:4: .*'shoe_size' is nothing records",
        ),
        ("golden:\n  nickname: {choose: longest}\n", "identity.yaml:2: .*'nickname' is no field"),
        ("merges: 0.9\n", "identity.yaml:1: unknown key 'merges'; did you mean 'merge'"),
    ],
)
def test_wrong_settings_are_told_with_their_line(tmp_path: Path, written: str, fault: str) -> None:
    """One sentence, the line, the fix."""
    (tmp_path / "identity.yaml").write_text(written, "utf-8")
    with pytest.raises(Faulty, match=fault):
        read_record_settings(workspace_in(tmp_path))


def test_settings_of_a_file_are_read(tmp_path: Path) -> None:
    """What is written counts, what is not stays."""
    (tmp_path / "identity.yaml").write_text(
        "records: off\nmerge: 0.99\ntrust: [crm]\ngolden: {email: {choose: longest}}\n", "utf-8"
    )
    read = read_record_settings(workspace_in(tmp_path))

    assert (read.records, read.merge, read.review) == (False, 0.99, 0.5)
    assert read.survival("email").choose == "longest"
    assert read.survival("city").trust == ("crm",)


def test_the_share_of_true_pairs_is_found_by_hand() -> None:
    """Three sure pairs among a thousand, whatever was believed before."""
    evidence = np.array([30.0, 30.0, 30.0, -30.0])
    for believed in (0.5, 0.01, 1e-6):
        assert prior_for(evidence + np.log2(believed / (1 - believed)), believed, 1_000.0) == pytest.approx(
            0.003, abs=1e-6
        )
