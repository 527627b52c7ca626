"""The card tells the truth about a model folder, or says why it cannot."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from glassbox.baselines.models.card import (
    Card,
    CardError,
    Metric,
    Training,
    check_weights,
    duration,
    read_card,
    render,
    write_card,
)

WEIGHTS = b"some weights"


def _card(**changes: object) -> Card:
    card = Card(
        name="tiny",
        parameters=6_588_928,
        weights_bytes=len(WEIGHTS),
        weights_sha256=hashlib.sha256(WEIGHTS).hexdigest(),
        address="a" * 64,
        plan={"hidden": 256, "steps": 4800},
        seed=7,
        corpus="glassbox.baselines.models.recipes.arith_corpus",
        corpus_sha256="c" * 64,
        documents_seen=307_200,
        training=Training(hardware="2 threads", seconds=5400.0, timing="recorded", sessions=3),
        versions={"torch": "2.13.0"},
        metrics=(
            Metric.of("single", "iid", "pipeline", 180, 200),
            Metric.of("single", "iid", "direct", 13, 18),
            Metric.of("loop", "iid", "pipeline", 200, 200),
        ),
    )
    return card.model_copy(update=changes)


def _folder(folder: Path, card: Card) -> Path:
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    write_card(folder, card, "What it is for.")
    return folder


def test_a_card_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    card = _card()
    assert read_card(_folder(tmp_path, card)) == card


def test_a_metric_carries_its_wilson_interval() -> None:
    metric = Metric.of("single", "iid", "pipeline", 13, 18)
    assert metric.name == "single/iid/pipeline"
    assert (round(metric.low, 3), round(metric.high, 3)) == (0.491, 0.875)
    assert metric.text() == "72.2 % [49.1, 87.5]"


@pytest.mark.parametrize(
    ("successes", "n", "worse"),
    [(950, 1000, False), (935, 1000, False), (934, 1000, True), (1000, 1000, False), (89, 100, False), (88, 100, True)],
)
def test_worse_means_below_the_cards_interval_at_the_number_asked(successes: int, n: int, worse: bool) -> None:
    recorded = Metric.of("single", "iid", "pipeline", 950, 1000)
    assert Metric.of("single", "iid", "pipeline", successes, n).is_worse_than(recorded) is worse


def test_weights_with_one_bit_changed_are_refused_by_name(tmp_path: Path) -> None:
    card = _card()
    folder = _folder(tmp_path, card)
    check_weights(folder, card)
    (folder / "model.safetensors").write_bytes(bytes([WEIGHTS[0] ^ 1]) + WEIGHTS[1:])
    with pytest.raises(CardError, match=f"its card describes {card.weights_sha256[:12]}; restore the file"):
        check_weights(folder, card)
    (folder / "model.safetensors").unlink()
    with pytest.raises(CardError, match="is no file"):
        check_weights(folder, card)


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"has no card\.json; `glassbox models train` writes one"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("text", "field"), [("{}", "name: Field required"), ("nonsense", "the file: Invalid JSON"), ("[]", "the file: ")]
)
def test_a_broken_card_is_refused_with_its_first_fault(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(CardError, match=field):
        read_card(tmp_path)


def test_a_card_with_a_field_nobody_declared_is_refused(tmp_path: Path) -> None:
    _folder(tmp_path, _card())
    text = (tmp_path / "card.json").read_text()
    (tmp_path / "card.json").write_text(text.replace('"seed"', '"speed": 1, "seed"', 1))
    with pytest.raises(CardError, match="speed: Extra inputs are not permitted"):
        read_card(tmp_path)


def test_the_page_shows_what_was_measured_and_how_it_was_made() -> None:
    page = render(_card(), "What it is for.")
    assert "\n# tiny\n\nWhat it is for.\n" in page
    assert "| single | iid | 200 | 90.0 % [85.1, 93.4] |  |" in page
    assert "| single | iid | 18 |  | 72.2 % [49.1, 87.5] |" in page
    assert "- trained on 2 threads, 90 min in 3 sessions\n" in page
    assert "hidden 256, steps 4800" in page
    assert hashlib.sha256(WEIGHTS).hexdigest() in page


def test_the_page_says_when_the_time_is_only_an_estimate() -> None:
    guessed = Training(hardware="2 threads", seconds=5400.0, timing="estimated", sessions=1)
    assert "90 min, estimated from the times of the last checkpoints" in render(_card(training=guessed), "x")
    unknown = Training(hardware="2 threads", seconds=None, timing="estimated", sessions=1)
    assert "trained on 2 threads, a time that was not recorded\n" in render(_card(training=unknown), "x")


def test_durations_are_for_people() -> None:
    assert [duration(s) for s in (4.4, 119.9 * 60, 125 * 60)] == ["4 s", "2 h 0 min", "2 h 5 min"]
