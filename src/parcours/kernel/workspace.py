"""A workspace: one folder with its settings, sources, maps and state."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import tomllib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from parcours.kernel.clock import is_time_zone, wait_until
from parcours.kernel.document import Model, sentence
from parcours.kernel.errors import Fault, Faulty, ParcoursError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pydantic_core import ErrorDetails


_UNSAFE_SIGNS = frozenset("%*?[]{}|^\\")  # patterns of DuckDB, escapes of URLs, what deltalake's paths refuse


class NoWorkspace(ParcoursError, LookupError):
    """The folder is no workspace."""

    code = "workspace.none"

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"{folder} is not a workspace: {what}",
            fix="make one with `parcours init DIR`, or name one with -w",
        )


class UnsafePath(ParcoursError, ValueError):
    """The folder's path holds a sign that storage libraries take for a pattern or an escape."""

    code = "workspace.unsafe_path"

    def __init__(self, folder: Path, sign: str) -> None:
        super().__init__(
            f"the path of {folder} holds the sign {sign!r}, which storage libraries misread",
            fix="rename the folder, or one above it",
        )


class Busy(ParcoursError, RuntimeError):
    """Another run holds the workspace."""

    code = "workspace.busy"
    retryable = True

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"another `parcours run` is at work in {folder}, or an erasure", fix="wait for it to end"
        )


class NotWritable(ParcoursError, RuntimeError):
    """The workspace's own state cannot be written."""

    code = "workspace.not_writable"
    retryable = True

    def __init__(self, place: Path, what: str) -> None:
        super().__init__(f"{place} cannot be written: {what}", fix="free disk space, or check its rights")


def _known_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError(f"{name!r} is not a time zone; use an IANA name such as Europe/Paris")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def _known_region(name: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", name):
        raise ValueError(f"{name!r} is not a country; use its two capital letters, such as FR")
    return name


Region = Annotated[str, AfterValidator(_known_region)]


class IdentitySettings(Model):
    """How identifiers become people."""

    priority: tuple[str, ...] = ()
    never_merge: tuple[str, ...] = ()
    kinds: dict[str, Literal["account", "contact", "occasion", "device", "shared"]] = Field(
        default_factory=dict
    )
    max_people_per_token: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    max_identifiers_per_person: int = Field(default=50, ge=2)
    region: Region = "FR"


class RightsSettings(Model):
    """What people's rights reach."""

    shared_objects: tuple[str, ...] = ()


class Settings(Model):
    """What `parcours.toml` may say."""

    name: str = ""
    time_zone: Zone = "UTC"
    memory: str = "4GB"
    threads: int | None = Field(default=None, ge=1, le=1024)
    identity: IdentitySettings = IdentitySettings()
    rights: RightsSettings = RightsSettings()


class Workspace:
    """Paths of a workspace.

    Args:
        folder: Its root.

    Raises:
        NoWorkspace: The folder is missing or holds no `sources/`.
        UnsafePath: Its path cannot be given to the storage libraries.
        Faulty: `parcours.toml` is wrong.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise NoWorkspace(folder, "there is no such folder")
        if odd := sorted(set(str(folder.resolve())) & _UNSAFE_SIGNS):
            raise UnsafePath(folder, odd[0])
        if not (folder / "sources").is_dir():
            raise NoWorkspace(folder, "it holds no sources/ folder")
        self.state = folder / ".parcours"
        self.settings = _read_settings(folder)

    @property
    def vault(self) -> Path:
        """Folder of the vault; everything with personal data lies below it."""
        return self.state / "vault"

    def scratch(self, what: str) -> Path:
        """A folder of this process alone, below the vault since it may hold personal data; not made."""
        return self.vault / f"{what}-{os.getpid()}"

    def wipe_scratch(self) -> None:
        """Remove the scratch folders of this process, and of those that are no more."""
        for path in self.vault.glob("*-*"):
            _, _, process = path.name.rpartition("-")
            if path.is_dir() and process.isdigit() and not _is_alive_elsewhere(int(process)):
                shutil.rmtree(path, ignore_errors=True)

    @property
    def lake(self) -> Path:
        """Folder of the lake; never personal data."""
        return self.state / "lake"

    def documents(self, folder: str) -> list[Path]:
        """YAML files of one folder of the workspace, sorted by name."""
        root = self.folder / folder
        return (
            sorted(path for path in root.glob("*") if path.suffix in {".yaml", ".yml"})
            if root.is_dir()
            else []
        )

    def relative(self, path: Path) -> str:
        """A path as shown to the user."""
        text, root = str(path), f"{self.folder}{os.sep}"
        if text.startswith(root) and ".." not in text:  # so it is nearly always, and thousands of times a run
            return text.removeprefix(root)
        return os.path.relpath(path, self.folder) if path.is_relative_to(self.folder) else str(path)

    def make_state(self) -> None:
        """Make the folder of the state, kept out of version control, and the vault's below it, closed to others.

        Raises:
            NotWritable: It cannot be made.
        """
        try:
            self.vault.mkdir(parents=True, exist_ok=True)
            self.vault.chmod(0o700)
            if not (self.state / ".gitignore").exists():
                (self.state / ".gitignore").write_text("*\n", "utf-8")
        except OSError as problem:
            raise NotWritable(self.state, problem.strerror or "the system refuses") from None

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Tell whoever deletes files that a published run is being read; nobody waits to read."""
        try:
            lock = (self.state / "readers").open("a")
        except OSError:  # a workspace that may only be read: nobody deletes there either
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def wait_for_readers(self, at_most_s: float) -> bool:
        """Wait until nobody reads a published run; False where somebody still does after the time."""
        with (self.state / "readers").open("a") as lock:

            def is_free() -> bool:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
                return True

            return wait_until(is_free, at_most_s)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for writing; a killed process lets go by itself.

        Raises:
            Busy: Somebody else holds it.
            NotWritable: Its state cannot be written.
        """
        self.make_state()
        try:
            lock = (self.state / "lock").open("w")
        except OSError as problem:
            raise NotWritable(self.state, problem.strerror or "the system refuses") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(self.folder) from None
            yield


def _read_settings(folder: Path) -> Settings:
    path = folder / "parcours.toml"
    if not path.exists():
        return Settings()
    try:
        text = path.read_text("utf-8")
        return Settings.model_validate(tomllib.loads(text))
    except UnicodeDecodeError:
        raise Faulty([Fault(path.name, 0, "the file is not UTF-8", "save it as UTF-8")]) from None
    except OSError as problem:
        what = f"the file cannot be read ({problem.strerror})"
        raise Faulty([Fault(path.name, 0, what, "check its rights")]) from None
    except tomllib.TOMLDecodeError as problem:
        what, _, place = str(problem).partition(" (at line ")
        line = int(place.partition(",")[0]) if place[:1].isdigit() else 0
        raise Faulty([Fault(path.name, line, f"not TOML: {what}", "mend the line")]) from None
    except ValidationError as problem:
        errors = problem.errors(include_url=False)
        raise Faulty([_settings_fault(path.name, text, error) for error in errors]) from None


def _settings_fault(file: str, text: str, error: ErrorDetails) -> Fault:
    names = tuple(str(part) for part in error["loc"])
    pattern = re.compile(rf"\s*(?:\[.*\b)?{re.escape(names[-1])}\b")
    line = next((number for number, row in enumerate(text.splitlines(), 1) if pattern.match(row)), 0)
    what, fix = sentence(error, ".".join(names), names, Settings)
    return Fault(file, line, what, fix)


def _is_alive_elsewhere(process: int) -> bool:
    """Another process has this number; one whose number was given again counts, and is only spared."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
