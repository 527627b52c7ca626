"""A run that is killed in the middle of a pair goes on from its last file of progress, and ends as if undisturbed."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest
import torch
from frozen_models import tiny

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.errors import TooLong
from glassbox.harness.dcm.frozen import token_losses
from glassbox.harness.dcm.memory import Room
from glassbox.harness.dcm.progress import Progress, pack, unpack
from glassbox.harness.dcm.run import Run
from glassbox.harness.dcm.search import End, Flight, Flying, Job
from glassbox.harness.dcm.service import Service
from glassbox.harness.dcm.settings import Optimiser, Settings
from glassbox.harness.dcm.store import vectors_of
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.records.prompted import Prompted

PAIRS = [Pair("w7 w9 w4 w30 w31 w32", "w5 w41"), Pair("w11 w30", "w8 w40 w21")]
# Too few vectors and steps for one restart to meet the first pair: it goes through all three.
SETTINGS = Settings(k=1, restarts=3, mode="learned", optimiser=Optimiser(lr=0.1, beta1=0.9, beta2=0.9, steps=20))


class Killed(BaseException):
    """Ends the process of a test, as it were."""


class Counted:
    """The loss rule, counted; it ends the run at a given call."""

    def __init__(self, end: int | None = None) -> None:
        self.calls, self.end = 0, end

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        if self.calls == self.end:
            raise Killed
        return token_losses(logits, labels)


def records(
    folder: Path, loss: Counted, pairs: list[Pair], settings: Settings = SETTINGS, every: float = 0.0, slots: int = 1
) -> dict[str, Prompted]:
    run = Run(
        tiny(),
        settings,
        store=ArtefactStore(folder),
        room=Room(slots, 500),
        loss=loss,
        baselines=False,
        checkpoint=every,
    )
    loss.calls = 0  # the audit of the loss is no step
    return {pair.id: record for pair, record in run.records(pairs)}


def told(record: Prompted) -> dict[str, object]:
    return record.model_dump(exclude={"seconds"})


@pytest.mark.parametrize(
    ("settings", "slots", "pairs", "kill_at"),
    [
        (SETTINGS, 1, PAIRS[:1], (9, 30, 50)),
        (SETTINGS.model_copy(update={"grow": 2}), 1, PAIRS[:1], (25,)),
        (SETTINGS, 2, PAIRS, (28,)),
    ],
    ids=["one restart after another", "growing prefixes", "two pairs in flight"],
)
def test_a_killed_search_ends_exactly_as_an_undisturbed_one_and_repeats_no_step(
    tmp_path: Path, settings: Settings, slots: int, pairs: list[Pair], kill_at: tuple[int, ...]
) -> None:
    calm = Counted()
    wanted = records(tmp_path / "calm", calm, pairs, settings, every=1e9, slots=slots)
    assert max(record.restarts for record in wanted.values()) == 3
    done = 0
    for at in kill_at:
        loss = Counted(at - done)
        with pytest.raises(Killed):
            records(tmp_path / "killed", loss, pairs, settings, slots=slots)
        done += loss.calls - 1
        assert list((tmp_path / "killed").glob("*.progress"))
    last = Counted()
    found = records(tmp_path / "killed", last, pairs, settings, slots=slots)
    assert done + last.calls == calm.calls
    assert {key: told(record) for key, record in found.items()} == {key: told(one) for key, one in wanted.items()}
    for record in wanted.values():
        assert record.artefact is not None
        one, other = (vectors_of(record.artefact, tmp_path / name)[0] for name in ("calm", "killed"))
        assert torch.equal(one, other)
    assert not list((tmp_path / "killed").glob("*.progress"))


def test_a_damaged_file_of_progress_counts_as_absent(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        records(tmp_path, Counted(15), PAIRS[:1])
    (file,) = tmp_path.glob("*.progress")
    file.write_bytes(file.read_bytes()[:-9])
    loss, calm = Counted(), Counted()
    assert [told(one) for one in records(tmp_path, loss, PAIRS[:1]).values()] == [
        told(one) for one in records(tmp_path / "calm", calm, PAIRS[:1]).values()
    ]
    assert loss.calls == calm.calls


def test_progress_is_written_only_as_often_as_asked(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        records(tmp_path, Counted(15), PAIRS[:1], every=1e9)
    assert not list(tmp_path.glob("*.progress"))


def test_progress_comes_back_to_the_last_bit() -> None:
    def job_of(restart: int) -> Job:
        return Job("pair", restart, (), lambda: torch.zeros(1))

    draw = torch.Generator().manual_seed(3)
    vectors, first, second, best, kept = torch.randn(5, 3, 5, generator=draw)
    end = End(job_of(0), kept, False, 7, "plateau", 12, ((0.1, 1 / 3), (2.5, 1e-9)), 0.25, 13)
    flight = Flight(job_of(2), 5, 0.125, [[1 / 7], [3.0]], (4, 0.7), best, float("inf"), 3, 2)
    found = unpack(pack(Progress(3, [end], [Flying(flight, vectors, (first, second))])), job_of)
    assert found is not None
    (back,), (flying,) = found.ends, found.flying
    assert (found.started, back.curves, back.met, back.reason) == (3, end.curves, 7, "plateau")
    assert (back.job.restart, flying.flight.job.restart) == (0, 2)
    assert flying.flight.best_vectors is not None
    for one, other in zip(
        (end.vectors, vectors, first, second, best),
        (back.vectors, flying.vectors, *flying.moments, flying.flight.best_vectors),
        strict=True,
    ):
        assert torch.equal(one, other)
    assert (flying.flight.lowest, flying.flight.curves, flying.flight.best) == (
        float("inf"),
        [[1 / 7], [3.0]],
        (4, 0.7),
    )
    assert unpack(b"nothing", job_of) is None


def test_a_pair_longer_than_the_context_is_left_out_by_name_and_the_others_are_searched() -> None:
    long = Pair(" ".join(["w7"] * 70), "w5", tags={"task": "007bbfb7", "test": "0"})
    service = Service(lambda: Run(tiny(), SETTINGS, room=Room(2, 500), baselines=False))
    answers: dict[str, Prompted | str] = {}

    async def ask(pair: Pair) -> None:
        try:
            answers[pair.name] = await service.submit(pair)
        except TooLong as error:
            answers[pair.name] = str(error)

    async def all_at_once() -> None:
        async with anyio.create_task_group() as group:
            for pair in (PAIRS[0], long, PAIRS[1]):
                group.start_soon(ask, pair)

    anyio.run(all_at_once)
    assert isinstance(answers[PAIRS[0].id], Prompted)
    assert isinstance(answers[PAIRS[1].id], Prompted)
    said = answers["007bbfb7 test 0"]
    assert isinstance(said, str)
    assert said.startswith("73 tokens with the 1 vectors before them are more than the context of ")
    assert said.endswith("(64); draw shorter pairs with longest= (this one has 209 characters)")
