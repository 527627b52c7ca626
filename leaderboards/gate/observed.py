"""One run as the gate sees it: every sample's headline score, digest and latency, and the facts of its log.

observed = observe(load_logs("logs")[0])
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from glassbox.harness.plugins.families import headline_of
from glassbox.harness.records.frames import RunRecord, logged_samples
from glassbox.harness.records.logged import headers
from glassbox.harness.records.sample_figures import short
from glassbox.harness.records.scored import (
    NotComparable,
    ScoredSample,
    clusters_of,
    data_digest,
    scored_samples,
)
from glassbox.harness.records.traced import Provenance
from glassbox.leaderboards.gate.baseline import DIGITS

MACHINE = ("device", "accelerator", "cpu")
_ON_THE_WAY = frozenset(
    {"max_retries", "timeout", "attempt_timeout", "stream_idle_timeout", "max_connections", "adaptive_connections"}
    | {"cache", "cache_prompt", "batch", "extra_headers"}
)
"""Settings of generation that are about the connection: they change no answer."""
_SHOWN = 3
_FACTS = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True)
class Observed:
    """A log, read.

    Attributes:
      score: The headline score.
      samples: By id, in the order of the data set; epochs gathered.
      limit: `--limit` of the run; None for none.
      epochs: How often each sample was run.
      generation: Settings of generation that were given.
      scorers: The options of each scorer, by its name.
    """

    record: RunRecord
    score: str
    samples: Mapping[str, ScoredSample] = field(repr=False)
    limit: int | None
    epochs: int
    generation: dict[str, JsonValue]
    scorers: dict[str, JsonValue]

    @property
    def values(self) -> dict[str, float]:
        """Score of each sample that was scored, by id, the mean over its epochs."""
        return {key: sample.value for key, sample in self.samples.items() if sample.scored}

    @property
    def checks(self) -> dict[str, str]:
        """Each sample's digest, by id."""
        return {key: _check(key, sample) for key, sample in self.samples.items()}

    @property
    def alone_ms(self) -> dict[str, float]:
        """Latency of the samples that were served alone, by id."""
        return {key: one.measured["alone_ms"] for key, one in self.samples.items() if "alone_ms" in one.measured}

    @property
    def amortised_ms(self) -> float | None:
        """Mean share of a sample in its batch; None where not measured."""
        found = [one.measured["amortised_ms"] for one in self.samples.values() if "amortised_ms" in one.measured]
        return sum(found) / len(found) if found else None

    @property
    def data(self) -> str:
        """Digest of ids, inputs and targets."""
        return data_digest(self.samples)

    @property
    def provenance(self) -> Provenance:
        """Versions, code state and device, as the log's header has them."""
        assert self.record.provenance is not None  # `observe` reads records that come from a log
        return self.record.provenance

    @property
    def machine(self) -> dict[str, JsonValue]:
        """Device, accelerator and processor, as far as the log knows them."""
        return _FACTS.validate_python({name: self.record.metadata.get(name) for name in MACHINE})

    @property
    def model_hash(self) -> str | None:
        """Of the model's files: as the log has it, else of the folder that its name stands for today."""
        return self.record.model_hash or _hash_today(self.record.model)

    @property
    def log_sha256(self) -> str:
        """Of the log's bytes."""
        return sha256_of(self.record.path)

    def groups(self, key: str | None) -> tuple[str, tuple[str, ...]]:
        """The metadata key that groups samples and each sample's group; both empty where they are independent.

        Raises:
          NotComparable: The key asked for is not on every sample.
        """
        name, found = clusters_of([sample.metadata for sample in self.samples.values()], key)
        return name, found or ()


def observe(record: RunRecord, score: str | None = None) -> Observed:
    """Read a run's samples.

    Args:
      record: From `load_logs`.
      score: The headline; the one of the task by default.

    Raises:
      NotComparable: No samples, no such score, scores outside 0..1, or samples that failed or are scored in part.
    """
    name = _headline(record, score)
    samples = scored_samples(record, name)
    _refuse_failed(record, samples)
    scored = [sample for sample in samples.values() if sample.scored]
    if len(scored) < 2:
        raise NotComparable(f"{record.path.name} holds {len(scored)} samples with the score {name}; at least 2 needed")
    wild = next((one.value for one in scored if not 0 <= one.value <= 1), None)
    if wild is not None:
        raise NotComparable(f"the score {name} in {record.path.name} is {wild:g}, outside 0..1; choose with --score")
    header = headers(record.path)[0][1].eval
    limit = header.config.limit
    given = header.model_generate_config.model_dump(mode="json", exclude_none=True, exclude=set(_ON_THE_WAY))
    return Observed(
        record=record,
        score=name,
        samples=samples,
        limit=limit if isinstance(limit, int) else None,
        epochs=header.config.epochs or 1,
        generation=_FACTS.validate_python(given),
        scorers=_FACTS.validate_python({short(one.name): dict(one.options or {}) for one in header.scorers or ()}),
    )


def _refuse_failed(record: RunRecord, samples: Mapping[str, ScoredSample]) -> None:
    """A sample that crashed, in one epoch or in all, must not be averaged away."""
    crashed = list(dict.fromkeys(str(sample.id) for sample in logged_samples(record) if sample.error))
    for keys, how in (
        (crashed, "ended with an error"),
        ([key for key, one in samples.items() if one.partly], "could not be scored in every epoch"),
        ([key for key, one in samples.items() if one.epochs < _epochs(samples)], "did not run in every epoch"),
    ):
        if keys:
            shown = ", ".join(keys[:_SHOWN]) + (", ..." if len(keys) > _SHOWN else "")
            raise NotComparable(
                f"{len(keys)} sample{'s' if len(keys) > 1 else ''} ({shown}) of {record.path.name} {how}; run it again"
            )


def _epochs(samples: Mapping[str, ScoredSample]) -> int:
    return max((one.epochs for one in samples.values()), default=0)


def sha256_of(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _headline(record: RunRecord, asked: str | None) -> str:
    known = list(dict.fromkeys([*record.scores, *record.scorers]))
    if not known or (asked is not None and asked not in known):
        raise NotComparable(f"{record.path.name} has no score {asked or ''}; it has {', '.join(known) or 'none'}")
    return asked or headline_of(known)


def _check(key: str, sample: ScoredSample) -> str:
    asked = [key, sample.input, sample.target, *([list(sample.choices)] if sample.choices else [])]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:DIGITS]


def _hash_today(model: str) -> str | None:
    """Of an open model that lies on this machine."""
    from glassbox.harness.lm.folders import hash_of

    provider, _, name = model.partition("/")
    return hash_of(name) if provider == "open" else None
