"""A workspace: one folder with its settings, sources, maps and state."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tomllib
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, ValidationError

from parcours.kernel.clock import is_time_zone
from parcours.kernel.document import Model
from parcours.kernel.errors import Fault, Faulty, ParcoursError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class NoWorkspace(ParcoursError, LookupError):
    """The folder is no workspace."""

    code = "workspace.none"

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"{folder} is not a workspace: {what}",
            fix="make one with `parcours init DIR`, or name one with -w",
        )


class Busy(ParcoursError, RuntimeError):
    """Another run holds the workspace."""

    code = "workspace.busy"
    retryable = True

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another `parcours run` is at work in {folder}", fix="wait for it to end")


def _known_zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError(f"{name!r} is not a time zone; use an IANA name such as Europe/Paris")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class IdentitySettings(Model):
    """How identifiers become people."""

    priority: tuple[str, ...] = ()
    never_merge: tuple[str, ...] = ()


class Settings(Model):
    """What `parcours.toml` may say."""

    name: str = ""
    time_zone: Zone = "UTC"
    memory: str = "4GB"
    threads: int | None = None
    identity: IdentitySettings = IdentitySettings()


class Workspace:
    """Paths of a workspace.

    Args:
        folder: Its root.

    Raises:
        NoWorkspace: The folder is missing or holds no `sources/`.
        Faulty: `parcours.toml` is wrong.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise NoWorkspace(folder, "there is no such folder")
        if not (folder / "sources").is_dir():
            raise NoWorkspace(folder, "it holds no sources/ folder")
        self.state = folder / ".parcours"
        self.settings = _read_settings(folder)

    @property
    def vault(self) -> Path:
        """Folder of the vault; everything with personal data lies below it."""
        return self.state / "vault"

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
        return os.path.relpath(path, self.folder) if path.is_relative_to(self.folder) else str(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace for writing; a killed process lets go by itself.

        Raises:
            Busy: Somebody else holds it.
        """
        self.state.mkdir(exist_ok=True)
        (self.state / ".gitignore").write_text("*\n", "utf-8")
        with (self.state / "lock").open("w") as lock:
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
        return Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Faulty([Fault(path.name, 0, f"not TOML: {problem}", "mend the file")]) from None
    except ValidationError as problem:
        faults = [
            Fault(
                path.name,
                0,
                f"{'.'.join(map(str, error['loc']))}: {error['msg']}",
                "see the reference of settings",
            )
            for error in problem.errors()
        ]
        raise Faulty(faults) from None
