"""`glassbox doctor`: is this installation sound, and what would a run use?

    glassbox doctor
    glassbox doctor --format json

Exit 1 when a check fails: a core library is missing, a shipped model is not what its card says, the IR machine is
wrong, or the sandbox does not hold.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, ValidationError

from glassbox.harness.cli.main import DISTRIBUTION
from glassbox.harness.records.export import RECORDS, add_format, exported, plain_items

HELP = "check this installation: versions, device, models, the IR machine, the sandbox and its road"

CORE = ("torch", "transformers", "safetensors", "inspect-ai", "wasmtime", "pandas", "rich")
EXTRAS = ("lm-eval", "peft", "openai", "ray", "pyarrow", "matplotlib")
_CGROUP_MEMORY = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `ok` is None where there is nothing to judge."""

    subject: str
    value: str
    ok: bool | None = None


class _Card(BaseModel):
    """What the doctor needs of a model's card."""

    weights_sha256: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`--format` only."""
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report; 1 if a check failed."""
    findings = [*versions(), *machine(), *models(), arithmetic(), sandbox(), road()]
    failed = any(finding.ok is False for finding in findings)
    if args.format in RECORDS:
        print(exported("doctor", [plain_items(asdict(one)) for one in findings], args.format, ok=not failed), end="")
    else:
        _print(findings)
    return int(failed)


def versions() -> list[Finding]:
    """Python, this project, the libraries it stands on and the extras that are there."""
    own = _version(DISTRIBUTION)
    found = [
        Finding("python", platform.python_version()),
        Finding("glassbox", own or f"not installed; pip install {DISTRIBUTION}"),
    ]
    for name in CORE:
        version = _version(name)
        found.append(Finding(name, version or f"missing; pip install {name}", version is not None))
    found += [Finding(name, _version(name) or "not installed (extra)") for name in EXTRAS]
    return found


def machine() -> list[Finding]:
    """Cores, memory, and what torch would use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = [Finding("system", platform.platform()), Finding("cores", str(cores))]
    found.append(Finding("memory", f"{_memory_bytes() / 2**30:.1f} GiB"))
    try:
        import torch
    except ImportError as error:
        return [*found, Finding("device", f"torch does not load: {error}", False)]
    if torch.cuda.is_available():
        device = f"cuda ({torch.cuda.device_count()} x {torch.cuda.get_device_name()})"
    else:
        device = "mps" if torch.backends.mps.is_available() else "cpu"
    return [*found, Finding("device", device), Finding("torch threads", str(torch.get_num_threads()))]


def models() -> list[Finding]:
    """Whether each shipped model is the one its card speaks of."""
    from glassbox.harness.lm.shipped import shipped_models

    folders = shipped_models()
    if not folders:
        return [Finding("models", "none shipped; glassbox models train arith makes one", False)]
    return [_guarded(f"model {name}", partial(check_model, folder)) for name, folder in folders.items()]


def arithmetic() -> Finding:
    """Whether the IR machine computes 2 + 3."""

    def compute() -> tuple[str, bool]:
        from glassbox.harness.ir.machine import Machine
        from glassbox.harness.ir.program import Op, single

        execution = Machine().run(single(Op.ADD, 2, 3))
        return f"2 + 3 = {execution.value}", execution.value == 5

    return _guarded("IR machine", compute)


def sandbox() -> Finding:
    """The isolation that candidates run in, as tried out; built first if it never was."""

    def attempt() -> tuple[str, bool]:
        from glassbox.harness.sandbox.isolation import isolation

        return isolation()

    return _guarded("sandbox", attempt)


def road() -> Finding:
    """By which road calls reach the sandbox, in which component, and what a fresh run takes on it."""

    def attempt() -> tuple[str, bool]:
        from glassbox.harness.sandbox.in_use import in_use

        return in_use(), True

    return _guarded("sandbox road", attempt)


def _guarded(subject: str, check: Callable[[], tuple[str, bool]]) -> Finding:
    """The check's finding; one that breaks is a finding too, for a sick installation is what a doctor is for."""
    try:
        return Finding(subject, *check())
    except Exception as error:
        return Finding(subject, f"{type(error).__name__}: {' '.join(str(error).split())}", False)


def check_model(folder: Path) -> tuple[str, bool]:
    """What is to be said of the model in `folder`, and whether its weights are those of its card."""
    weights, path = folder / "model.safetensors", folder / "card.json"
    if not path.is_file():
        return "has no card.json; glassbox models train writes one", False
    try:
        recorded = _Card.model_validate_json(path.read_text(encoding="utf-8")).weights_sha256
    except ValidationError:
        return "has a card.json without weights_sha256; glassbox models train writes it anew", False
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != recorded:
        return f"weights are {found[:12]}, the card says {recorded[:12]}; restore the file", False
    return f"{weights.stat().st_size / 2**20:.1f} MiB, weights {found[:12]} as on the card", True


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _memory_bytes() -> int:
    """Physical memory, or the container's limit where that is less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _CGROUP_MEMORY.read_text(encoding="utf-8").strip() if _CGROUP_MEMORY.exists() else "max"
    return min(physical, int(limit)) if limit.isdigit() else physical


def _print(findings: list[Finding]) -> None:
    marks = {True: "ok", False: "FAILED", None: ""}
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        print(f"{finding.subject:<{width}}  {marks[finding.ok]:<6}  {finding.value}")
