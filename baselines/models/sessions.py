"""How long a training took and on what, over every time it was killed and taken up again; kept beside its checkpoints.

The record also holds a fingerprint of the corpus: a training that is taken up after the corpus changed would end in a
model that no card can describe, and is refused.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import platform
import time
from pathlib import Path

from pydantic import BaseModel, ValidationError

from glassbox.baselines.models.card import Training
from glassbox.baselines.models.recipes.training import Corpus, Plan

RECORD, PROGRESS = "sessions.json", "progress.json"
FINGERPRINTED = 1000


class Session(BaseModel):
    """One run of the training process; `ended` is None while it runs, and after it was killed."""

    hardware: str
    started: float
    ended: float | None = None


class Sessions(BaseModel):
    """All runs that led to the checkpoints in a folder."""

    corpus_sha256: str
    sessions: list[Session]


def fingerprint(corpus: Corpus, seed: int) -> str:
    """SHA-256 over the first thousand documents of the training seed's own stream."""
    digest = hashlib.sha256()
    for document in itertools.islice(corpus(seed), FINGERPRINTED):
        digest.update(json.dumps([document.prompt, document.completion]).encode())
    return digest.hexdigest()


def begin(checkpoints: Path, plan: Plan, corpus_sha256: str, hardware: str) -> None:
    """Open a session, unless nothing is left to train; one that was killed ends where its last checkpoint was written.

    Raises:
      ValueError: The corpus is not the one these checkpoints were begun with, or the record is broken.
    """
    record = _read(checkpoints)
    if record is None:
        if (checkpoints / PROGRESS).exists():
            return  # Begun without a record: what was not recorded then cannot be now.
        record = Sessions(corpus_sha256=corpus_sha256, sessions=[])
    if record.corpus_sha256 != corpus_sha256:
        raise ValueError(f"the corpus changed since {checkpoints} was begun; train into another folder or remove it")
    _close(record, checkpoints)
    if not is_complete(checkpoints, plan):
        record.sessions.append(Session(hardware=hardware, started=time.time()))
    _write(checkpoints, record)


def end(checkpoints: Path) -> None:
    """Close the session that `begin` opened, if it opened one."""
    record = _read(checkpoints)
    if record is not None and record.sessions and record.sessions[-1].ended is None:
        record.sessions[-1].ended = time.time()
        _write(checkpoints, record)


def summary(checkpoints: Path, plan: Plan, hardware: str | None) -> Training:
    """What the card says; without a record, time is the pace of the last checkpoints and hardware is what is told."""
    record = _read(checkpoints)
    if record is None:
        told = hardware or "hardware that was not recorded"
        return Training(hardware=told, seconds=_estimate(checkpoints, plan), timing="estimated", sessions=1)
    spent = [s for s in record.sessions if s.ended is not None]
    seconds = sum(s.ended - s.started for s in spent if s.ended is not None)
    machines = ", then ".join(dict.fromkeys(s.hardware for s in spent))
    return Training(hardware=hardware or machines, seconds=seconds, timing="recorded", sessions=len(spent))


def is_complete(checkpoints: Path, plan: Plan) -> bool:
    """Whether the checkpoints already stand at the plan's last step."""
    path = checkpoints / PROGRESS
    return path.exists() and int(json.loads(path.read_text())["step"]) >= plan.steps


def describe_hardware() -> str:
    """The device that training would use here, in words."""
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return f"{torch.get_num_threads()} threads of a {_cpu()} CPU"


def _cpu() -> str:
    """The processor's own name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _estimate(checkpoints: Path, plan: Plan) -> float | None:
    """Steps times the pace between the last two checkpoints; None where only one is left."""
    steps = {int(path.stem.rpartition("-")[2]): path.stat().st_mtime for path in checkpoints.glob("step-*.safetensors")}
    if len(steps) < 2:
        return None
    before, last = sorted(steps)[-2:]
    return (steps[last] - steps[before]) / (last - before) * plan.steps


def _close(record: Sessions, checkpoints: Path) -> None:
    """End a killed session at its last checkpoint; drop it where it never reached one."""
    if record.sessions and record.sessions[-1].ended is None:
        progress = checkpoints / PROGRESS
        reached = progress.stat().st_mtime if progress.exists() else 0.0
        if reached > record.sessions[-1].started:
            record.sessions[-1].ended = reached
        else:
            record.sessions.pop()


def _read(checkpoints: Path) -> Sessions | None:
    path = checkpoints / RECORD
    if not path.exists():
        return None
    try:
        return Sessions.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ValueError(f"{path} is no record of a training; remove the folder and train anew") from error


def _write(checkpoints: Path, record: Sessions) -> None:
    checkpoints.mkdir(parents=True, exist_ok=True)
    target = checkpoints / RECORD
    target.with_suffix(".tmp").write_text(record.model_dump_json(indent=1), encoding="utf-8")
    os.replace(target.with_suffix(".tmp"), target)
