"""What a run's device costs an hour, from a table that can be set, and never one price for all devices.

    glassbox leaderboard --prices prices.json
    shipped_prices().rate(record)

A run is charged for the device that its own log names. The shipped table, `leaderboards/prices.json`, says where its
prices come from and of which day they are; a file given by the user is asked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from glassbox.harness.data.readers.opened import open_file
from glassbox.harness.records.frames import RunRecord

LOCAL = frozenset({"open", "hf", "none", "mockllm"})
"""Providers whose model runs in the process that writes the log, on the device that the log names."""


class BadPrices(ValueError):
    """A file that is no price table; the message names it, the place and the way out."""


class Price(BaseModel):
    """Devices by name and what one of them costs.

    Attributes:
      pattern: Shell pattern over the device's name, upper and lower case alike; the first that fits counts.
      usd_per_hour: Of one accelerator, one logical processor core, or one whole server.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(min_length=1)
    usd_per_hour: float = Field(ge=0, allow_inf_nan=False)

    def fits(self, name: str) -> bool:
        """Whether the pattern matches."""
        return fnmatchcase(name.lower(), self.pattern.lower())


@dataclass(frozen=True, slots=True)
class Rate:
    """What the machine of one run costs.

    Attributes:
      device: What it was, in words.
      usd_per_hour: None where no price is known.
      lacking: Why there is none, with the way out; empty where there is one.
    """

    device: str
    usd_per_hour: float | None
    lacking: str = ""

    def per_thousand(self, milliseconds: float | None) -> float | None:
        """USD for 1,000 samples that take so many milliseconds of the machine each."""
        if milliseconds is None or self.usd_per_hour is None:
            return None
        return self.usd_per_hour * milliseconds / 3600  # 1,000 samples of 1 ms are a second


class Prices(BaseModel):
    """A price table.

    Attributes:
      as_of: The day of the prices.
      source: Where they come from.
      accelerators: By the name that the driver gives them, such as `NVIDIA H200`.
      cpu_cores: One logical core, by the processor's name.
      servers: Whole servers by the model's name as inspect knows it, for models that run elsewhere (`vllm/*`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: str = Field(min_length=4)
    source: str = ""
    accelerators: tuple[Price, ...] = ()
    cpu_cores: tuple[Price, ...] = ()
    servers: tuple[Price, ...] = ()

    def before(self, other: Prices) -> Prices:
        """Both tables, this one asked first."""
        return Prices(
            as_of=self.as_of if self.as_of == other.as_of else f"{self.as_of}, else of {other.as_of}",
            source=f"{self.source}; else {other.source}".removeprefix("; else "),
            accelerators=self.accelerators + other.accelerators,
            cpu_cores=self.cpu_cores + other.cpu_cores,
            servers=self.servers + other.servers,
        )

    def rate(self, record: RunRecord) -> Rate:
        """What the run's machine costs an hour, by its log alone."""
        if record.model.partition("/")[0] not in LOCAL:
            return self._priced(f"server of {record.model}", self.servers, record.model, "servers")
        facts = _facts(record)
        traced = record.provenance.device if record.provenance else None
        device = str(traced or facts.get("device") or "")
        if not device:
            return Rate("unknown device", None, "the log names no device, as runs of this project do")
        if device.startswith("cpu"):
            return self._cpu(facts)
        name = str(facts.get("accelerator") or device)
        return self._priced(name, self.accelerators, name, "accelerators")

    def _cpu(self, facts: Mapping[str, object]) -> Rate:
        cores, name = facts.get("cpu_cores"), str(facts.get("cpu") or "unknown processor")
        if not isinstance(cores, int) or isinstance(cores, bool) or cores < 1:
            return Rate(name, None, "the log does not say how many cores it had; run it again with this version")
        one = self._priced(name, self.cpu_cores, name, "cpu_cores")
        words = f"{cores} core{'s' if cores > 1 else ''} of {name}"
        return Rate(words, None if one.usd_per_hour is None else one.usd_per_hour * cores, one.lacking)

    @staticmethod
    def _priced(device: str, table: tuple[Price, ...], name: str, key: str) -> Rate:
        for price in table:
            if price.fits(name):
                return Rate(device, price.usd_per_hour)
        return Rate(device, None, f"no price for {name!r}; give one under {key!r} in a file, with --prices FILE")


def _facts(record: RunRecord) -> Mapping[str, object]:
    """What the log says of the machine, whether its task wrote it side by side or in one piece."""
    nested = record.metadata.get("provenance")
    return {**nested, **record.metadata} if isinstance(nested, Mapping) else record.metadata


@cache
def shipped_prices() -> Prices:
    """The table that comes with the project."""
    return Prices.model_validate_json(
        files("glassbox.leaderboards").joinpath("prices.json").read_text(encoding="utf-8")
    )


def read_prices(path: Path) -> Prices:
    """A user's table, asked before the shipped one.

    Raises:
      SourceError: The file cannot be read.
      BadPrices: It is no price table.
    """
    try:
        given = Prices.model_validate_json(open_file(path).text)
    except ValidationError as error:
        raise BadPrices(
            f"{path} is no price table: {_first_fault(error)}; "
            'as in {"as_of": "2026-07-01", "accelerators": [{"pattern": "*H200", "usd_per_hour": 4.5}]}'
        ) from error
    return given.before(shipped_prices())


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
