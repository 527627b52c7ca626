"""Is the cost counted at the price of the device that the run used?

Costs of seed 002 always stood at one GPU's price, whatever the model ran on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog, said_by

PRICE = re.compile(r"price|usd|dollar|cost_per|per_hour|hourly|(?:^|_)rate_per", re.IGNORECASE)
NAMES = re.compile(r"device|gpu|accelerator|instance|hardware|machine|sku", re.IGNORECASE)
_LOOKED_AT = 50
"""Samples of a run that are searched for prices; one that states them states them throughout."""
RECORDED = ("accelerator", "device", "gpu", "cpu")
DEVICES = re.compile(
    r"\b(GB200|GB300|B200|B300|H100|H200|H800|A100|A800|A10G|A10|A40|A6000|L40S|L40|L4|T4|V100|P100|K80"
    r"|MI250X|MI300X|MI325X|TPU[ -]?v\d\w*|RTX[ -]?\d{4}|M[1-4](?: Pro| Max| Ultra)?)\b",
    re.IGNORECASE,
)

WRONG = Fault(
    Severity.FAILED,
    "the cost is another machine's, so cost and cost per right answer mean nothing",
    "take the price from the device that provenance records, or leave the cost out",
)
SAME = Fault(
    Severity.FAILED,
    "one price for two devices is wrong for at least one of them",
    "look the price up by the device that provenance records",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    statements = _statements(log)
    if not statements:
        raise DoesNotApply("the log states no price")
    recorded = device_of(log.record.metadata)
    if recorded is None:
        raise CannotCheck(
            "the log states a price and no device that it could be the price of",
            "record the device in the metadata (harness.records.provenance.provenance)",
        )
    priced = {name: device for name, device in statements.items() if isinstance(device, str)}
    for name, device in priced.items():
        if device != recorded:
            yield WRONG.found(f"the cost is counted for {device}, and the run was on {recorded}", name)
    figures = {name: value for name, value in statements.items() if isinstance(value, float)}
    others = [peer for peer in evidence.peers if (other := device_of(peer.metadata)) and other != recorded]
    for name, value in figures.items():
        same = [peer for peer in others if peer.metadata.get(name) == value and value > 0]
        if same and not priced:
            yield SAME.found(
                f"{name} is {value:g} on {recorded} and on {device_of(same[0].metadata)}", same[0].path.name
            )
    if figures and not priced and not others:
        raise CannotCheck(
            f"whether {', '.join(sorted(figures))} is the price of {recorded}: the log does not say whose it is",
            "name the device beside the price (`price_device`)",
        )


def device_of(metadata: Mapping[str, object]) -> str | None:
    """The device that a run records: its accelerator's model, else `cpu`; None where nothing is recorded."""
    texts = [str(metadata[name]) for name in RECORDED if metadata.get(name)]
    for text in texts:
        found = _device(text)
        if found is not None:
            return found
    return "cpu" if metadata.get("cpu") or "cpu" in texts else None


def _device(text: str) -> str | None:
    found = DEVICES.search(text)
    return re.sub(r"[ -]", "", found[1]).upper() if found else None


def _statements(log: AuditedLog) -> dict[str, str | float]:
    """Prices, and devices that are named with a price, by where they stand."""
    found: dict[str, str | float] = {}
    sources: list[tuple[str, Mapping[str, object]]] = [("", log.record.metadata), ("", log.record.task_args)]
    sources += [("", log.record.solver_args)]
    samples = log.once if log.log.samples else ()
    sources += [(f"sample {sample.id}: ", mapping) for sample in samples[:_LOOKED_AT] for mapping in said_by(sample)]
    for place, mapping in sources:
        found |= {f"{place}{name}": value for name, value in _priced(mapping).items()}
    return found


def _priced(mapping: Mapping[str, object]) -> dict[str, str | float]:
    """Prices of one mapping, nested price tables included; a device counts only where a price stands beside it."""
    found: dict[str, str | float] = {}
    for name, value in mapping.items():
        if isinstance(value, Mapping) and PRICE.search(name):
            inside = {str(key): one for key, one in value.items()}
            found |= {f"{name}.{key}": one for key, one in _devices(inside).items()}
            found |= {f"{name}.{key}": float(one) for key, one in inside.items() if _is_price(one)}
        elif PRICE.search(name) and _is_price(value):
            assert isinstance(value, int | float)
            found[name] = float(value)
        elif PRICE.search(name) and isinstance(value, str) and (device := _device(value)):
            found[name] = device
    if found:
        beside = {name: value for name, value in mapping.items() if name not in RECORDED}
        found |= _devices(beside)
    return found


def _devices(mapping: Mapping[str, object]) -> dict[str, str]:
    named = {name: value for name, value in mapping.items() if NAMES.search(name) and isinstance(value, str)}
    return {name: device for name, value in named.items() if (device := _device(value) or _cpu(value))}


def _cpu(text: str) -> str | None:
    return "cpu" if "cpu" in text.lower() else None


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CHECK = Check(
    name="device_price",
    detects="a cost at the price of another device than the run's, or one price for several devices",
    needs="the device in the log's metadata, and a price that names its device",
    seen_in="002",
    run=check,
)
