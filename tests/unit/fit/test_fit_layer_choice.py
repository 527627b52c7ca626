"""`layer=auto` chooses on held-back fit examples, the same layer every time, and is not asked twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from synthetic_states import chains, width_of

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.arithmetic.dataset import Origin, fit_problems
from glassbox.harness.data.arithmetic.generate import generate
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.artefacts import ArtefactStore, data_address
from glassbox.harness.fit.config import HeadConfig
from glassbox.harness.fit.layer_choice import MARGIN, choose_layer, layer_figures
from glassbox.harness.fit.source import BagSource, Layers, LayerSource
from glassbox.harness.fit.training import fit_examples
from glassbox.harness.ir.shape import SINGLE as ONE_STEP
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.lm.states import hidden_states
from glassbox.solvers.arithmetic.fitted import fitted

torch.set_num_threads(1)

SINGLE = Origin(family="single")
EXAMPLES = 64
CONFIG = HeadConfig(epochs=1, width=16)


@pytest.fixture(scope="module")
def arith() -> OpenModel:
    if "arith" not in shipped_models():
        pytest.skip("no model `arith` is shipped in baselines/models; `glassbox models train arith` makes one")
    return open_model("arith", device="cpu")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that a model reads from here on; it reads them as ever."""
    texts: list[str] = []
    encode = OpenModel.encode

    def recording(self: OpenModel, given: list[str], **settings: object) -> object:
        texts.extend(given)
        return encode(self, given, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(OpenModel, "encode", recording)
    return texts


def choose(model: OpenModel, folder: Path, tick: Tick = lambda stage, done, total: None) -> int:
    problems = fit_problems(SINGLE, EXAMPLES, 0)
    prompts = [expression_prompt(problem.question) for problem in problems]
    return choose_layer(model, prompts, problems, CONFIG, ArtefactStore(folder), data_address(prompts), tick)


def test_the_choice_is_the_shallowest_layer_within_a_point_of_the_best_and_always_the_same(
    arith: OpenModel, tmp_path: Path
) -> None:
    problems = fit_problems(SINGLE, EXAMPLES, 0)
    prompts = [expression_prompt(problem.question) for problem in problems]
    figures = layer_figures(arith, prompts, problems, CONFIG, lambda *tick: None)
    assert list(figures) == list(range(len(arith.blocks) + 1))
    assert max(figures.values()) > figures[0], "the embedding cannot be the best layer"
    best = max(figures.values())
    expected = next(layer for layer, accuracy in figures.items() if accuracy >= best - MARGIN)
    assert choose(arith, tmp_path) == expected


def test_the_trial_is_kept_and_not_run_again(arith: OpenModel, tmp_path: Path, shown: list[str]) -> None:
    ticks: list[tuple[str, int, int]] = []
    first = choose(arith, tmp_path, lambda *tick: ticks.append(tick))
    layers = len(arith.blocks) + 1
    chosen = [tick for tick in ticks if tick[0] == "choosing the layer"]
    assert chosen == [("choosing the layer", done, layers) for done in range(1, layers + 1)]
    # Once for all layers, and the first few to see how much room they take.
    assert len(shown) == 2 * EXAMPLES
    before = len(ticks)
    assert choose(arith, tmp_path, lambda *tick: ticks.append(tick)) == first
    assert len(ticks) == before
    assert len(shown) == 2 * EXAMPLES


def test_choosing_and_fitting_read_fit_prompts_only_and_no_test_item(
    arith: OpenModel, tmp_path: Path, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path))
    fitted(arith, SINGLE, CONFIG, "auto", EXAMPLES, 32)
    allowed = {expression_prompt(problem.question) for problem in generate("single", "train", EXAMPLES)}
    assert len(shown) == 3 * EXAMPLES
    assert set(shown) == allowed


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (9, "layer 9 is outside this model (8 blocks; 0..8)"),
        (-1, "layer -1 is outside this model (8 blocks; 0..8)"),
        (1.5, "layer 1.5 is not a fraction of the depth (0.0..1.0); give an index (0..8) as an int"),
        ("deep", "layer 'deep' is neither an index, a fraction of the depth, nor auto"),
    ],
)
def test_a_layer_that_is_none_is_named_in_one_line_before_anything_is_fitted(
    arith: OpenModel,
    layer: float | int | str,
    message: str,
    tmp_path: Path,
    shown: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path))
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        fitted(arith, SINGLE, CONFIG, layer, EXAMPLES, 32)
    assert str(caught.value) == message
    assert shown == []
    assert list(tmp_path.iterdir()) == []


def test_a_fraction_and_the_index_it_means_are_one_artefact_and_every_setting_is_another(
    arith: OpenModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path))
    config = HeadConfig(epochs=1, width=8)

    def name(config: HeadConfig = config, layer: float | int = 0.25, examples: int = 60, family: str = "single") -> str:
        return fitted(arith, Origin.model_validate({"family": family}), config, layer, examples, 32).name

    assert name(layer=2) == name()
    others = [
        name(layer=3),
        name(examples=61),
        name(family="loop"),
        name(config.model_copy(update={"seed": 1})),
        name(config.model_copy(update={"shuffled": True})),
        name(config.model_copy(update={"features": "bag_of_tokens"})),
        name(config.model_copy(update={"pool": "last"})),
    ]
    assert len({name(), *others}) == 1 + len(others)


def test_states_of_several_layers_from_one_pass_are_those_of_each_layer_alone(arith: OpenModel) -> None:
    prompts = [expression_prompt(problem.question) for problem in generate("single", "train", 9)]
    together = Layers(arith, [0, 3, 8]).views(prompts)
    for layer, view in together.items():
        alone = LayerSource(arith, layer).view(prompts)
        assert torch.equal(view.states, alone.states)
        assert (view.lengths, view.numbers) == (alone.lengths, alone.numbers)


def test_the_first_position_is_left_out_for_methods_and_controls_alike(arith: OpenModel) -> None:
    prompts = ["Question: 12 plus 345\nExpression:", "7 less 5"]
    batch = arith.encode(prompts)
    states = hidden_states(arith, batch, [3])[3]
    for source, whole in (
        (LayerSource(arith, 3), states),
        (BagSource(arith), torch.nn.functional.one_hot(batch.input_ids, len(arith.tokenizer)).float()),
    ):
        view = source.view(prompts)
        assert torch.equal(view.states, whole[:, 1:])
        assert view.lengths == tuple(length - 1 for length in batch.lengths)
        assert [run.value for run in view.numbers[0]] == [12, 345]
        for run in view.numbers[0]:
            shown = arith.codec.decode(batch.input_ids[0, 1:][run.first : run.last + 1].tolist())
            assert shown.strip() == str(run.value)
    with pytest.raises(ValueError, match="a prompt of one token holds nothing to read"):
        LayerSource(arith, 3).view([""])


def test_training_goes_on_as_long_as_held_back_examples_gain() -> None:
    """Labels that nothing tells end at the patience; labels that the states tell end at the top."""
    drawn = chains(ONE_STEP, "pointer", "last", 400, seed=0)
    settings = HeadConfig(head="pointer", pool="last", width=0, batch=32, rate=1e-2)
    told = fit_examples(width_of("pointer"), drawn, settings, lambda *tick: None)
    assert told.metrics["validation_program"] == 1.0
    fixed = fit_examples(width_of("pointer"), drawn, settings.model_copy(update={"epochs": 1}), lambda *tick: None)
    assert fixed.metrics["passes"] == 1
    assert fixed.metrics["validation_program"] < 1.0
    shuffled = settings.model_copy(update={"shuffled": True})
    untold = fit_examples(width_of("pointer"), drawn, shuffled, lambda *tick: None)
    assert untold.metrics["passes"] < 60
    assert untold.metrics["validation_program"] < 0.5
