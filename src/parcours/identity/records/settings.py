"""`identity.yaml`: what a user may say about linking records; every key has a default meant for French and English customer files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from parcours.identity.records.fields import FIELDS
from parcours.kernel.document import Model, read_document, validate
from parcours.kernel.errors import Fault, Faulty

if TYPE_CHECKING:
    from parcours.kernel.workspace import Workspace

FILE = "identity.yaml"
PARTS = {  # what a blocking rule may ask to be equal, besides whole fields
    "given_initial": "substr(given_name, 1, 1)",
    "given_start": "substr(given_name, 1, 3)",
    "family_initial": "substr(family_name, 1, 1)",
    "family_start": "substr(family_name, 1, 3)",
    "birth_year": "substr(birth_date, 1, 4)",
    "mailbox": "split_part(email, '@', 1)",
}
Choice = Literal["most_recent", "most_frequent", "longest"]


def _known_field(name: str) -> str:
    if name not in FIELDS:
        raise ValueError(f"{name!r} is no field of a record; use {', '.join(FIELDS)}")
    return name


def _known_key(name: str) -> str:
    if name not in FIELDS and name not in PARTS:
        raise ValueError(f"{name!r} is nothing records can be sorted by; use {', '.join((*FIELDS, *PARTS))}")
    return name


FieldName = Annotated[str, AfterValidator(_known_field)]
KeyName = Annotated[str, AfterValidator(_known_key)]


class Survival(Model):
    """Which value of a field a person is told by.

    Attributes:
        choose: Among the values of the most trusted source that has any.
        trust: Sources, most trusted first; those not named come after, all alike.
    """

    choose: Choice = "most_recent"
    trust: tuple[str, ...] = ()


class RecordSettings(Model):
    """How records of customers become people.

    Attributes:
        records: Records are compared at all; `off` leaves every one for itself.
        merge: Two records are one person from this probability on.
        review: From here on, somebody is asked.
        region: Country of phone numbers written without one, by ISO 3166.
        fields: What is compared; all where empty.
        blocking: Instead of the rules chosen by size: pairs are looked at that agree in all keys of one of these.
        most_pairs: No more pairs are looked at.
        trust: Sources, most trusted first, for every field that says nothing else.
        golden: By field, which value survives.
    """

    records: bool = True
    merge: float = Field(default=0.95, gt=0.5, lt=1)
    review: float = Field(default=0.5, gt=0, lt=1)
    region: str = Field(default="FR", pattern="^[A-Z]{2}$")
    fields: tuple[FieldName, ...] = ()
    blocking: tuple[Annotated[tuple[KeyName, ...], Field(min_length=1)], ...] | None = None
    most_pairs: int = Field(default=100_000_000, ge=1)
    trust: tuple[str, ...] = ()
    golden: dict[FieldName, Survival] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review > self.merge:
            raise ValueError("review is above merge; somebody is asked about pairs below `merge`")
        return self

    def survival(self, field: str) -> Survival:
        """The rule of one field."""
        rule = self.golden.get(field, Survival())
        return rule if rule.trust else rule.model_copy(update={"trust": self.trust})


def check_record_settings(workspace: Workspace) -> RecordSettings | list[Fault]:
    """What `identity.yaml` says, or every fault of it; the defaults where there is no such file."""
    path = workspace.folder / FILE
    if not path.exists():
        return RecordSettings()
    document = read_document(path, FILE)
    return [document] if isinstance(document, Fault) else validate(document, RecordSettings)


def read_record_settings(workspace: Workspace) -> RecordSettings:
    """What `identity.yaml` says.

    Raises:
        Faulty: It is wrong; every fault has its line.
    """
    found = check_record_settings(workspace)
    if isinstance(found, RecordSettings):
        return found
    raise Faulty(found)
