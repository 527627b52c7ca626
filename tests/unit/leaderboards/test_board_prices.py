"""What 1,000 samples cost: the price of the device that the log names, never one price for all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from trivial_runs import SIZE, shared_logs

from glassbox.harness.data.readers.opened import SourceError
from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.tables.table import Table
from glassbox.leaderboards.board import tables
from glassbox.leaderboards.prices import BadPrices, Prices, read_prices, shipped_prices

Facts = Mapping[str, object]

H200: Facts = {"device": "cuda:0", "accelerator": "NVIDIA H200", "cpu": "AMD EPYC", "cpu_cores": 16}
CPU: Facts = {"device": "cpu", "accelerator": None, "cpu": "AMD EPYC", "cpu_cores": 2}


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    [found] = [r for r in load_logs(shared_logs(tmp_path_factory.getbasetemp())) if r.solver == "ir_head"]
    return found


def _on(head: RunRecord, facts: Facts, prices: Prices | None = None, model: str = "open/arith") -> Table:
    [table] = tables([replace(head, model=model, metadata=facts)], prices=prices)
    return table


def _cost(table: Table) -> str:
    return table.rows[0].cells[[column.title for column in table.columns].index("cost")].text


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        ("NVIDIA H200", 4.5396),
        ("NVIDIA H100 80GB HBM3", 3.9492),
        ("NVIDIA A100-SXM4-80GB", 2.4984),
        ("NVIDIA A100 80GB PCIe", 2.4984),
        ("NVIDIA A100-SXM4-40GB", 2.0988),
        ("NVIDIA L40S", 1.9512),
        ("NVIDIA L4", 0.7992),
        ("NVIDIA A10G", 1.1016),
        ("NVIDIA A10", 1.1016),
        ("Tesla T4", 0.5904),
        ("NVIDIA GeForce RTX 5090", None),
        ("NVIDIA H100 PCIe", None),
        ("NVIDIA A1000 Laptop GPU", None),
    ],
)
def test_each_accelerator_has_its_own_price_or_none(head: RunRecord, name: str, usd: float | None) -> None:
    rate = shipped_prices().rate(replace(head, model="open/arith", metadata={**H200, "accelerator": name}))
    assert (rate.device, rate.usd_per_hour) == (name, usd)
    assert bool(rate.lacking) is (usd is None)


def test_the_cost_is_mean_time_in_the_batch_times_the_price(head: RunRecord) -> None:
    mean_ms = sum((1.0 + index / 100) / 5 for index in range(SIZE)) / SIZE
    table = _on(head, H200)
    row = table.rows[0]
    assert row.facts["cost_usd_per_1000"] == pytest.approx(4.5396 / 3600 * mean_ms)
    assert _cost(table) == "$0.00030"
    assert (row.facts["device"], row.facts["device_usd_per_hour"]) == ("NVIDIA H200", 4.5396)


def test_on_a_processor_every_core_is_charged(head: RunRecord) -> None:
    core = 0.0000131 * 3600 / 2  # a physical core a second; two logical ones share it
    assert _on(head, CPU).rows[0].facts["device_usd_per_hour"] == pytest.approx(2 * core)
    assert _on(head, {**CPU, "cpu_cores": 16}).rows[0].facts["device_usd_per_hour"] == pytest.approx(16 * core)
    assert "2 cores of AMD EPYC at $0.047/h, prices of 2026-07-01" in _on(head, CPU).notes[-1]


def test_the_device_given_to_the_model_goes_before_the_one_the_machine_has(head: RunRecord) -> None:
    assert head.provenance is not None
    on_cpu = replace(head, provenance=replace(head.provenance, device="cpu"), model="open/arith", metadata=H200)
    assert shipped_prices().rate(on_cpu).device == "16 cores of AMD EPYC"
    nested = replace(on_cpu, metadata={"provenance": CPU})
    assert shipped_prices().rate(nested).device == "2 cores of AMD EPYC"


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        ({**H200, "accelerator": "Zeta 9"}, "cost –: no price for 'Zeta 9'; give one under 'accelerators' in a file"),  # noqa: RUF001
        ({}, "cost –: the log names no device"),  # noqa: RUF001
        ({"device": "cpu"}, "cost –: the log does not say how many cores it had"),  # noqa: RUF001
        ({"device": "mps"}, "cost –: no price for 'mps'"),  # noqa: RUF001
    ],
)
def test_a_device_without_a_price_has_a_dash_and_the_way_out(head: RunRecord, facts: Facts, note: str) -> None:
    table = _on(head, facts)
    assert _cost(table) == "–"  # noqa: RUF001
    assert table.notes[-1].startswith(note)


def test_a_model_served_elsewhere_is_never_priced_by_the_machine_that_asked(head: RunRecord) -> None:
    table = _on(head, CPU, model="vllm/qwen")
    assert _cost(table) == "–"  # noqa: RUF001
    assert "no price for 'vllm/qwen'; give one under 'servers'" in table.notes[-1]
    served = Prices.model_validate({"as_of": "2026-01", "servers": [{"pattern": "vllm/*", "usd_per_hour": 7.2}]})
    assert _on(head, CPU, served, "vllm/qwen").rows[0].facts["device_usd_per_hour"] == 7.2


def test_the_users_prices_are_asked_before_the_shipped_ones(head: RunRecord, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    mine = {"as_of": "2026-11-01", "accelerators": [{"pattern": "nvidia h200*", "usd_per_hour": 2.0}]}
    file.write_text(json.dumps(mine), encoding="utf-8")
    prices = read_prices(file)
    assert _on(head, H200, prices).rows[0].facts["device_usd_per_hour"] == 2.0
    assert _on(head, {**H200, "accelerator": "NVIDIA L4"}, prices).rows[0].facts["device_usd_per_hour"] == 0.7992
    assert "prices of 2026-11-01, else of 2026-07-01" in _on(head, H200, prices).notes[-1]
    assert str(tmp_path) not in "".join(_on(head, H200, prices).notes)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "Invalid JSON"),
        ('{"as_of": "2026-01", "accelerators": [{"pattern": "*", "usd_per_hour": -1}]}', "accelerators.0.usd_per_hour"),
        ('{"as_of": "2026-01", "gpus": []}', "gpus: Extra inputs"),
        ("{}", "as_of: Field required"),
    ],
)
def test_a_file_that_is_no_price_table_is_refused_by_name_and_place(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "prices.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadPrices, match=r"prices\.json is no price table: .*as in") as refused:
        read_prices(file)
    assert fault in str(refused.value)
    with pytest.raises(SourceError, match=r"nowhere cannot be read"):
        read_prices(tmp_path / "nowhere")


def test_the_shipped_table_says_where_and_when_its_prices_are_from() -> None:
    prices = shipped_prices()
    assert prices.as_of.startswith("20")
    assert "https://" in prices.source
