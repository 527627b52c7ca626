"""A claim as data: what a seed says in figures, on which runs it is tested, what would refute it. One file a seed.

for book in load_books(): ...          # the shipped `seed_000.json` ... `seed_004.json`
read_book(Path("mine.json"))           # the same format, anywhere
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.claims.kind import Count
from glassbox.leaderboards.claims.statistic import Statistic
from glassbox.leaderboards.claims.verdict import Standing, Threshold

Scalar = str | int | float | bool
SEEDS = ("000", "001", "002", "003", "004")


class BadClaims(ValueError):
    """A file of claims is not what its format asks for; the message names file, place and fault."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Run(_Data):
    """The runs that fit a role: by task, solver and the arguments that were given.

    Attributes:
      task: Task name.
      solver: Solver name.
      split: Split, or name of an official source; None for any, each judged by itself.
      task_args: Arguments the task must have been given; of a `path` the file's name.
      solver_args: Arguments the solver must have been given.
      free: Further arguments that may have been given without making it another claim; each setting is judged apart.
      vary: An argument of the solver and all the values that the claim ranges over, one run for each.
      model: The model to name in the command where the claim asks for more than the reference model can do.
    """

    task: str
    solver: str
    split: str | None = None
    task_args: dict[str, Scalar] = {}
    solver_args: dict[str, Scalar] = {}
    free: tuple[str, ...] = ()
    vary: dict[str, tuple[Scalar, ...]] = {}
    model: str | None = None


class Origin(_Data):
    """What the origin reported, if anything.

    Attributes:
      text: In words; empty where the counts say it all, or nothing was measured.
      counts: Counts; their intervals are computed, never written down.
    """

    text: str = ""
    counts: tuple[Count, ...] = ()


class Claim(_Data):
    """One quantitative claim.

    Attributes:
      id: Seed and name, such as `000.semantic`.
      line: Line of the seed's document, from 1.
      statement: In our own words.
      statistic: The figure that decides, and in which roles it needs runs.
      runs: The runs by role. Empty for figures of a report, and for a claim that nothing here can test yet.
      threshold: Where the claim puts the statistic.
      unit: How figures are shown: `%` and `points` for shares of 1, `x` for ratios, `n` for counts, `r` for others.
      refuted_by: What would refute it, in one sentence.
      by_construction: Why the design cannot fail it; such a verdict is no evidence. Empty for all others.
      needs: What is missing before it can be run; empty where nothing is.
      origin: What its origin reported.
    """

    id: str = Field(pattern=r"^00\d\.[a-z0-9_]+$")
    line: int = Field(ge=1)
    statement: str = Field(min_length=10)
    statistic: Statistic
    runs: dict[str, Run] = {}
    threshold: Threshold
    unit: Literal["%", "points", "x", "n", "r"]
    refuted_by: str = Field(min_length=10)
    by_construction: str = ""
    needs: str = ""
    origin: Origin = Origin()

    @property
    def seed(self) -> str:
        """The document it stands in."""
        return self.id.partition(".")[0]

    @property
    def digest(self) -> str:
        """12 hexadecimal digits over what decides: statistic, runs, threshold, counts. Words may be mended freely."""
        content = self.model_dump(mode="json", include={"statistic", "runs", "threshold", "origin"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]

    def standing(self, verdict: Standing, found: Estimate | None) -> Standing:
        """Where it stands with this verdict and figure: one that could not be otherwise is its own kind.

        Whatever the number of samples, as long as not one of them shows that it could.
        """
        always = found is None or found.value == 1
        if self.by_construction and always and verdict in (Standing.SUPPORTED, Standing.UNDETERMINED):
            return Standing.BY_CONSTRUCTION
        return verdict

    @model_validator(mode="after")
    def _can_be_tested_or_says_why_not(self) -> Self:
        roles = set(self.statistic.roles)
        if self.needs and self.runs:
            raise ValueError(f"{self.id} names runs and what it needs: a claim that can be run needs nothing")
        if not self.needs and set(self.runs) != roles:
            raise ValueError(
                f"{self.id}: {self.statistic.kind} is about the roles {sorted(roles)}, and runs are given for "
                f"{sorted(self.runs)}; give both alike, or say in `needs` what is missing"
            )
        return self


class Book(_Data):
    """All claims of one seed, in the order of its lines."""

    seed: str
    title: str
    document: str
    claims: tuple[Claim, ...]

    @model_validator(mode="after")
    def _is_of_one_seed(self) -> Self:
        names = [claim.id for claim in self.claims]
        twice = sorted({name for name in names if names.count(name) > 1})
        foreign = [name for name in names if not name.startswith(f"{self.seed}.")]
        if twice or foreign:
            raise ValueError(f"book {self.seed}: ids {', '.join(twice or foreign)} are there twice or of another seed")
        return self


@cache
def load_books() -> tuple[Book, ...]:
    """The shipped claims, one book a seed."""
    folder = Path(str(resources.files("glassbox.leaderboards.claims")))
    return tuple(read_book(folder / f"seed_{seed}.json") for seed in SEEDS)


def read_book(path: Path) -> Book:
    """One file of claims.

    Raises:
      BadClaims: It is not there, no JSON, or not what a book is.
    """
    try:
        return Book.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadClaims(f"cannot read the claims in {path}: {error.strerror}; name a file of claims") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadClaims(f"{path.name}: {place or 'the file'}: {first['msg']}; mend it") from error


def claims_of(books: Sequence[Book]) -> list[Claim]:
    """All claims of several books."""
    return [claim for book in books for claim in book.claims]
