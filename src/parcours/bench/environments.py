"""Locked environments for the peers we measure against, kept outside the product's own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import venv
from pathlib import Path

from parcours.bench.errors import PeerNotInstalled

PEERS = Path(__file__).parent / "peers"


def lock_file(name: str) -> Path:
    """The hashed requirements of peer `name`, beside this module so that a wheel has them too."""
    return PEERS / f"bench-{name}.txt"


def peer_script(name: str) -> Path:
    """The stand-alone script that peer `name` runs; it imports nothing of ours."""
    return PEERS / f"{name}_graph.py"


def cache_folder() -> Path:
    """Where invented files and environments are kept between runs.

    Returns:
        `$XDG_CACHE_HOME/parcours/bench`; under `~/.cache` when the variable is unset or relative, as its
        specification asks.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = cache if cache.is_absolute() else Path.home() / ".cache"
    return base / "parcours" / "bench"


def environment_folder(name: str) -> Path:
    """Where the environment of `name` lives; a changed lock gives another folder."""
    digest = hashlib.sha256(lock_file(name).read_bytes()).hexdigest()[:12]
    return cache_folder() / f"{name}-{digest}"


def peer_python(name: str) -> Path:
    """The interpreter of peer `name`, its environment installed on first use.

    The marker file is written last, so that an interrupted installation is begun again.

    Args:
        name: A peer with a `bench-<name>.txt` under `peers/`.

    Returns:
        Path of a Python that can import the peer.

    Raises:
        FileNotFoundError: There is no such peer.
        PeerNotInstalled: pip could not install the lock.
    """
    folder = environment_folder(name)
    python = folder / "bin" / "python"
    installed = folder / ".installed"
    if not installed.exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _install(name, python)
        installed.touch()
    return python


def _install(name: str, python: Path) -> None:
    """Install exactly the lock; pip's own words are kept off standard output, which carries JSON."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--require-hashes", "-r", str(lock_file(name))], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise PeerNotInstalled(name, done.stderr)
