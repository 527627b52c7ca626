"""A signal ends a run that asked for it, with its reason; another run is only told. Paraphrases are searched apart."""

from __future__ import annotations

import logging

import anyio
import pytest
from frozen_models import tiny

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.memory import Room
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.service import CannotSearch
from glassbox.harness.dcm.settings import Optimiser, Settings
from glassbox.harness.records.prompted import Prompted
from glassbox.solvers.soft_prompts.paraphrases import FromFile
from glassbox.solvers.soft_prompts.searches import Searches, Texts

HOPELESS = Settings(k=1, restarts=1, optimiser=Optimiser(lr=1e-9, beta1=0.9, beta2=0.9, steps=1))
PAIRS = [Pair(f"w{4 + at % 50} w{5 + at % 40}", f"w{6 + at}") for at in range(54)]


def searches(settings: Settings, *, halt: bool = False) -> Searches:
    model = tiny()

    def make(texts: Texts) -> Run:
        return Run(model, settings, room=Room(16, 1000), baselines=False, variants=texts)

    return Searches(make, halt=halt)


async def all_of(asked: Searches, pairs: list[Pair]) -> tuple[list[Prompted], list[str]]:
    records: list[Prompted] = []
    refused: list[str] = []

    async def ask(pair: Pair) -> None:
        try:
            records.append(await asked.record(pair, None))
        except CannotSearch as error:
            refused.append(str(error))

    async with anyio.create_task_group() as group:
        for pair in pairs:
            group.start_soon(ask, pair)
    return records, refused


def test_few_converged_ends_a_run_that_halts_and_only_then(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="glassbox.solvers.soft_prompts.searches"):
        records, refused = anyio.run(all_of, searches(HOPELESS, halt=True), PAIRS)
    assert len(records) == 49  # the fiftieth is the one that gives the signal
    assert len(refused) == 5
    assert set(refused) == {
        "few_converged: 0 of 50 pairs are met, less than 20% after 50; look at the model and the search's settings"
    }
    assert [record.getMessage() for record in caplog.records] == [f"early-stop signal {refused[0]}"]


def test_a_run_that_does_not_halt_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="glassbox.solvers.soft_prompts.searches"):
        records, refused = anyio.run(all_of, searches(HOPELESS), PAIRS)
    assert (len(records), refused) == (54, [])
    assert len(caplog.records) == 1


def test_the_better_of_two_searches_is_kept_at_the_price_of_both() -> None:
    source = FromFile({PAIRS[0].id: {"question": ("w50 w51",), "answer": ()}})
    record = anyio.run(searches(HOPELESS).record, PAIRS[0], source)
    assert record.deployed == "0 of 1 pairs are met, less than 30%"
    assert record.paraphrases == {"question": ("w50 w51",)}
    assert (record.restarts, record.model_calls) == (2, 4)
