"""Linking from vault to proposals: accuracy on people never seen, small changes, wrong settings, no traces outside the vault."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from identity.records.given import Record, tell, town, vault_in
from parcours.identity.evaluating import Accuracy, pairwise
from parcours.identity.records import (
    Proposed,
    RecordSettings,
    forget_tokens,
    propose_links,
    read_record_settings,
    reasons,
)
from parcours.identity.records.errors import NoModel, NothingToCompare
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


def test_a_second_pass_changes_nothing_and_loads_nothing(
    linked: tuple[Path, Vault, Proposed, dict[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing new: the same pairs by the same model, and Splink is not even loaded."""
    folder, vault, result, _ = linked
    for name in [name for name in sys.modules if name.partition(".")[0] == "splink"]:
        monkeypatch.delitem(sys.modules, name)
    again = proposed(vault, folder)

    assert again.weighed == 0
    assert again.pairs.sort_by([("token", "ascending"), ("other_token", "ascending")]).equals(result.pairs)
    assert "splink" not in sys.modules


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


@pytest.mark.heavy
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


@pytest.mark.heavy
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


def test_few_records_are_left_alone(tmp_path: Path) -> None:
    """Of a handful nothing can be learnt: said, and no fault."""
    vault = vault_in(tmp_path)
    tell(vault, numbered(town(5, 3, seed=1)[0]), 1)
    result = proposed(vault, tmp_path)
    vault.close()

    assert result.note == "8 records are too few to learn from"
    assert result.pairs.num_rows == 0


def test_records_that_hold_one_thing_are_refused(tmp_path: Path) -> None:
    """One comparison cannot tell itself from chance; the sentence says what was told, and the vault is as before."""
    vault = vault_in(tmp_path)
    records = [{"family_name": f"name{n % 9}", "birth_date": "1990-01-01"} for n in range(60)]
    tell(vault, numbered(records), 1)
    with pytest.raises(NothingToCompare, match="60 records cannot be linked by what they hold"):
        proposed(vault, tmp_path, RecordSettings(fields=("family_name",)))
    with vault.transaction() as connection:
        assert connection.exec_driver_sql("select count(*) from record").scalar() == 0
    vault.close()


@pytest.mark.heavy
def test_a_model_without_sense_is_refused(tmp_path: Path) -> None:
    """Fields drawn at random agree by chance only: nothing is merged in their name."""
    vault = vault_in(tmp_path)
    records = [
        {"family_name": f"f{n % 7}q", "city": f"c{n % 5}q", "given_name": f"g{n % 3}q"} for n in range(105)
    ]
    tell(vault, numbered(records), 1)
    try:
        result = proposed(vault, tmp_path)
    except NoModel as refused:
        assert "could not be learnt" in refused.sentence  # noqa: PT017
    else:
        assert "merge" not in result.pairs["decision"].to_pylist()
    vault.close()


@pytest.mark.heavy
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
        "merge: 0.99\ntrust: [crm]\ngolden: {email: {choose: longest}}\n", "utf-8"
    )
    read = read_record_settings(workspace_in(tmp_path))

    assert (read.merge, read.review) == (0.99, 0.5)
    assert read.survival("email").choose == "longest"
    assert read.survival("city").trust == ("crm",)


def test_the_share_of_true_pairs_is_found_by_hand() -> None:
    """Three sure pairs among a thousand, whatever was believed before."""
    evidence = np.array([30.0, 30.0, 30.0, -30.0])
    for believed in (0.5, 0.01, 1e-6):
        assert prior_for(evidence + np.log2(believed / (1 - believed)), believed, 1_000.0) == pytest.approx(
            0.003, abs=1e-6
        )
