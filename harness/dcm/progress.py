"""A pair in the middle of its search, as one file: a run that was killed goes on from it, step for step.

    packed = pack(Progress(started, ends, flying))
    progress = unpack(packed, job_of)          # the same starts, moments and curves, to the last bit

Tensors are safetensors, the rest is JSON in the file's header. A file that is damaged or stale counts as absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError
from safetensors.torch import load, save

from glassbox.harness.dcm.search import End, Flight, Flying, Job

_KEY = "progress"


class _Start(BaseModel):
    """One start, ended or in flight, without its tensors."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    restart: int
    steps: int
    seconds: float
    met: int
    reason: str = ""
    exact: bool = False
    forwards: int = 0
    loss: float = 0.0
    lowest: float = 0.0
    lowest_at: int = 0
    grown: int = 0


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    started: int
    ends: tuple[_Start, ...]
    flying: tuple[_Start, ...]


@dataclass(frozen=True, eq=False)
class Progress:
    """How far the search of one pair has come.

    Attributes:
      started: Starts that were asked for so far.
      ends: Those that have ended.
      flying: Those in flight; the others wait.
    """

    started: int
    ends: Sequence[End]
    flying: Sequence[Flying]


def pack(progress: Progress) -> bytes:
    """The file's content."""
    tensors: dict[str, torch.Tensor] = {}

    def put(name: str, vectors: Sequence[torch.Tensor | None], curves: Sequence[Sequence[float]]) -> None:
        for at, each in enumerate(vectors):
            if each is not None:
                tensors[f"{name}.{at}"] = each.detach().float().cpu().contiguous()
        tensors[f"{name}.curves"] = torch.tensor([list(curve) for curve in curves], dtype=torch.float64)

    ends, flying = [], []
    for at, end in enumerate(progress.ends):
        put(f"end{at}", [end.vectors], end.curves)
        ends.append(
            _Start(
                restart=end.job.restart,
                steps=end.steps,
                seconds=end.seconds,
                met=end.met,
                reason=end.reason,
                exact=end.exact,
                forwards=end.forwards,
            )
        )
    for at, one in enumerate(progress.flying):
        flight = one.flight
        put(f"fly{at}", [one.vectors, *one.moments, flight.best_vectors], flight.curves)
        flying.append(
            _Start(
                restart=flight.job.restart,
                steps=flight.step,
                seconds=flight.seconds,
                met=flight.best[0],
                loss=flight.best[1],
                lowest=flight.lowest,
                lowest_at=flight.lowest_at,
                grown=flight.grown,
            )
        )
    header = _Header(started=progress.started, ends=tuple(ends), flying=tuple(flying))
    tensors[_KEY] = torch.frombuffer(bytearray(header.model_dump_json().encode()), dtype=torch.uint8)
    return save(tensors)


def unpack(content: bytes, job_of: Callable[[int], Job]) -> Progress | None:
    """The progress that was packed, or None for a file that holds none; `job_of` makes the job of a restart."""
    try:
        tensors = load(content)
        header = _Header.model_validate(json.loads(bytes(tensors[_KEY].tolist())))
        ends = [_end(tensors, f"end{at}", start, job_of(start.restart)) for at, start in enumerate(header.ends)]
        flying = [_flying(tensors, f"fly{at}", start, job_of(start.restart)) for at, start in enumerate(header.flying)]
    except (SafetensorError, KeyError, ValueError):
        return None
    return Progress(header.started, ends, flying)


def _end(tensors: dict[str, torch.Tensor], name: str, start: _Start, job: Job) -> End:
    return End(
        job=job,
        vectors=tensors[f"{name}.0"],
        exact=start.exact,
        met=start.met,
        reason=start.reason,
        steps=start.steps,
        curves=tuple(map(tuple, tensors[f"{name}.curves"].tolist())),
        seconds=start.seconds,
        forwards=start.forwards,
    )


def _flying(tensors: dict[str, torch.Tensor], name: str, start: _Start, job: Job) -> Flying:
    flight = Flight(
        job,
        step=start.steps,
        seconds=start.seconds,
        curves=tensors[f"{name}.curves"].tolist(),
        best=(start.met, start.loss),
        best_vectors=tensors.get(f"{name}.3"),
        lowest=start.lowest,
        lowest_at=start.lowest_at,
        grown=start.grown,
    )
    return Flying(flight, tensors[f"{name}.0"], (tensors[f"{name}.1"], tensors[f"{name}.2"]))
