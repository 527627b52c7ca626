"""From the command line's arguments to answers: each analysis with the pairs and settings that it takes.

inquiry = Inquiry(args, tick)
answer = inquiry.answer("sweep")
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from glassbox.harness.cli.arguments import known, parsed
from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.settings import PRESETS, Optimiser, Settings
from glassbox.harness.fit.artefacts import data_address
from glassbox.harness.lm.load import open_model
from glassbox.harness.records.answer import Answer, Origin
from glassbox.harness.records.prompted import Prompted
from glassbox.harness.records.provenance import provenance
from glassbox.studies.prompt_questions.agreement import agreement
from glassbox.studies.prompt_questions.clusters import clusters
from glassbox.studies.prompt_questions.command import SIZES
from glassbox.studies.prompt_questions.datasets import datasets
from glassbox.studies.prompt_questions.lab import Lab
from glassbox.studies.prompt_questions.logs import Logged, sweep_of
from glassbox.studies.prompt_questions.nearest import near
from glassbox.studies.prompt_questions.pairs import Asked, Chosen, asked, draw, fitting
from glassbox.studies.prompt_questions.sweep import sweep

ONE: tuple[str, ...] = ("squad",)
SEVERAL: tuple[str, ...] = ("squad", "arithmetic", "sudoku", "arc")
DEFAULTS: dict[str, tuple[str, ...]] = {
    "datasets": SEVERAL,
    "sweep": ONE,
    "agreement": ONE,
    "nearest": ONE,
    "clusters": SEVERAL,
}
TAKES: dict[str, tuple[str, ...]] = {
    "datasets": ("--kept",),
    "sweep": ("--k", "--logs", "--kept"),
    "agreement": ("--seeds",),
}
"""Arguments that belong to one analysis alone."""

UNFINISHED = "not searched to an end (the share is an upper bound)"
OPTIMISER = frozenset(Optimiser.model_fields)
KNOWN = OPTIMISER | (frozenset(Settings.model_fields) - {"optimiser", "targets"}) | {"preset"}


class Inquiry:
    """One model, and what was asked of it."""

    def __init__(self, args: argparse.Namespace, tick: Tick) -> None:
        """Take the arguments of `glassbox.studies.prompt_questions.command`.

        Raises:
          ValueError: One of them makes no sense.
        """
        if args.limit is not None and args.limit < 1:
            raise ValueError(f"--limit {args.limit} looks at nothing; give at least 1")
        self._args, self._tick = args, tick
        self.model_name = Path(args.model.removeprefix("open/")).name
        self._settings = settings_of(args.settings)
        self._drawn: dict[str, Chosen] = {}
        self._answers: dict[str, Callable[[], Answer]] = {
            "datasets": self._datasets,
            "sweep": self._sweep,
            "agreement": lambda: agreement(self._lab, self._chosen("agreement").all, range(args.seeds)),
            "nearest": lambda: near(self._lab, self._chosen("nearest").all),
            "clusters": lambda: clusters(self._lab, self._chosen("clusters").pairs),
        }

    def stem(self, name: str) -> str:
        """What the files of an analysis are called."""
        return "-".join(part for part in (name, self.model_name, self._args.tag) if part)

    def answer(self, name: str) -> Answer:
        """The analysis of that name, with its origin."""
        return self._answers[name]().model_copy(update={"origin": self._origin(name)})

    @cached_property
    def _lab(self) -> Lab:
        model = open_model(self._args.model.removeprefix("open/"), device=self._args.device)
        return Lab(model, self._settings, self._tick)

    def _datasets(self) -> Answer:
        chosen = self._chosen("datasets")
        records = {name: self._records(each) for name, each in chosen.pairs.items()}
        missing = {name: len(each) - len(records[name]) for name, each in chosen.pairs.items()}
        left_out = {
            name: out | ({UNFINISHED: missing[name]} if missing[name] else {}) for name, out in chosen.left_out.items()
        }
        return datasets(records, left_out, {name: self._lab.twins(each) for name, each in chosen.pairs.items()})

    def _sweep(self) -> Answer:
        if self._args.logs is not None:
            return sweep(self._logged.records)
        sizes, pairs = sizes_of(self._args.k), self._chosen("sweep").all
        # From the largest on: a run that is cut short has the sizes that are quick and sure.
        return sweep({k: self._records(pairs[: sizes[k]], k) for k in sorted(sizes, reverse=True)})

    def _records(self, pairs: Sequence[Pair], k: int | None = None) -> list[Prompted]:
        look = self._lab.kept if self._args.kept else self._lab.search
        return [found.record for found in look(pairs, k)]

    @cached_property
    def _logged(self) -> Logged:
        return sweep_of(self._args.logs, self.model_name, self._task())

    def _task(self) -> str:
        """The task whose logs hold the sweep."""
        wanted = self._asked("sweep")
        if len(wanted) > 1:
            raise ValueError(f"logs hold one data set each, and {len(wanted)} are asked for; give --data one of them")
        return "dcm_nq" if wanted[0].family == "nq_open" else f"dcm_{wanted[0].family}"

    def _asked(self, name: str) -> list[Asked]:
        return [asked(text) for text in self._args.data or DEFAULTS[name]]

    def _chosen(self, name: str) -> Chosen:
        if name not in self._drawn:
            drawn = draw(self._asked(name), self._args.n, self._args.draw, self._args.longest)
            k = max(sizes_of(self._args.k)) if name == "sweep" else self._settings.k
            self._drawn[name] = fitting(self._lab.model, drawn, k, self._args.limit)
        return self._drawn[name]

    def _origin(self, name: str) -> Origin:
        if self._args.logs is not None and name == "sweep":
            facts = {fact: self._logged.metadata.get(fact) for fact in provenance()}
            return Origin.model_validate(
                {"model": self.model_name, "command": self._command(name), "provenance": facts}
            )
        chosen = self._chosen(name)
        return Origin(
            model=self.model_name,
            model_hash=self._lab.model.hash,
            command=self._command(name),
            data={family: data_address([pair.id for pair in each]) for family, each in chosen.pairs.items()},
            file_sha256=chosen.sha256,
            left_out={family: each for family, each in chosen.left_out.items() if each},
            settings=self._settings.model_dump(mode="json"),
            provenance=provenance(str(self._lab.model.device)),
        )

    def _command(self, name: str) -> str:
        """What makes the answer again; files by their names alone, so that it says nothing of this machine."""
        given, takes = self._args, TAKES.get(name, ())
        data = " ".join(each.text for each in self._asked(name)) if given.data else ""
        optional = {
            "--data": data,
            "--n": str(given.n),
            "--limit": given.limit,
            "--longest": given.longest,
            "--draw": given.draw or None,
            "--tag": given.tag,
            "--k": " ".join(given.k) if "--k" in takes and given.k != [*map(str, SIZES)] else "",
            "--seeds": given.seeds if "--seeds" in takes else None,
            "--logs": given.logs.name if given.logs and "--logs" in takes else "",
        }
        said = [f"{flag} {value}" for flag, value in optional.items() if value not in ("", None)]
        said += ["--kept"] if given.kept and "--kept" in takes else []
        said += [f"-S {each}" for each in given.settings]
        return " ".join([f"glassbox prompt-questions {name} --model {self.model_name}", *said])


def sizes_of(given: Sequence[str]) -> dict[int, int | None]:
    """From `K` or `K:N` to K and the most pairs, None for all.

    Raises:
      ValueError: One is neither, is below 1, or stands twice.
    """
    found: dict[int, int | None] = {}
    for text in given:
        match = re.fullmatch(r"([1-9]\d*)(?::([1-9]\d*))?", text)
        if match is None or int(match[1]) in found:
            raise ValueError(f"--k {text} is no new size; give each once, as K, or as K:N for the first N pairs")
        found[int(match[1])] = int(match[2]) if match[2] else None
    return found


def settings_of(given: Sequence[str]) -> Settings:
    """Settings from NAME=VALUE: those of `Settings` and of its optimiser, and `preset`.

    Raises:
      ValueError: A name is unknown, or a value makes no sense.
    """
    values = parsed(given, "-S")
    for name in values:
        known(name, sorted(KNOWN), "the search")
    preset = values.pop("preset", "fast")
    if preset not in PRESETS:
        raise ValueError(f"unknown preset {preset!r}; one of {', '.join(PRESETS)}")
    optimiser = PRESETS[preset].model_dump()
    optimiser |= {name: values.pop(name) for name in OPTIMISER & set(values)}
    try:
        return Settings.model_validate({"optimiser": optimiser, **values})
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"-S {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
