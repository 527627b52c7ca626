"""The seed's five key questions about reading programs from hidden states, as measurements.

    glassbox questions layers      # 1. does the layer encode operands?
    glassbox questions heads       # 2. binned or regression (or digits, or a pointer)?
    glassbox questions pooling     # 3. last token, mean or attention?
    glassbox questions data        # 4. how many examples for 95 %?
    glassbox questions phrasings   # 5. what of unseen wording and numbers?

Heads are fitted on the `train` split and measured on `held_out_both` unless the question is the split itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.arithmetic.generate import SPLITS, Split, generate
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.config import SHAPES, HeadConfig, HeadKind
from glassbox.harness.fit.operands import READERS
from glassbox.harness.fit.pooling import POOLS
from glassbox.harness.fit.source import Layers, collate
from glassbox.harness.fit.training import Example, Fit, encode_layers, fit_examples
from glassbox.harness.ir.shape import Slots
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.records.answer import Answer, Row
from glassbox.harness.stats.estimate import Estimate
from glassbox.solvers.ir_head import LAYER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TARGET = 0.95
SIZES = (32, 64, 125, 250, 500, 1000, 2000, 4000, 8000)
SEEDS = (0, 1, 2)
MEASURED: Split = "held_out_both"
ROOM, PROMPT_TOKENS = 4 << 30, 40
"""Bytes for the states of layers that are read in one pass, and tokens that a prompt is taken to have."""
PARTS = ("program", "operation", "first_operand", "second_operand")


@dataclass
class Lab:
    """One model with its fit and test examples; states of a layer are read once.

    Attributes:
      model: The open model.
      examples: Problems to fit on, at most.
      tests: Problems to measure on, of each split.
      tick: Progress.
      seed: Of problems and heads.
      kinds: Heads that are asked about layers.
      floor: A model of the same shape that was never trained, asked about layers too; None leaves it out.
    """

    model: OpenModel
    examples: int
    tests: int
    tick: Tick
    seed: int = 0
    kinds: tuple[HeadKind, ...] = ("digits", "pointer")
    floor: OpenModel | None = None
    _kept: dict[Split, dict[int, list[Example]]] = field(default_factory=dict, init=False)

    def read(self, layers: Sequence[int], split: Split) -> None:
        """States of these layers, from one pass over each prompt, in the place of those that were there."""
        problems = generate("single", split, self.examples if split == "train" else self.tests, self.seed)
        prompts = [expression_prompt(problem.question) for problem in problems]
        wanted = Layers(self.model, layers)
        self._kept[split] = encode_layers(wanted, prompts, problems, SHAPES["single"], self.tick)

    def _states(self, layer: int, split: Split) -> list[Example]:
        if layer not in self._kept.get(split, {}):
            self.read([layer], split)
        return self._kept[split][layer]

    def fit(self, config: HeadConfig, examples: int | None = None) -> Fit:
        """A head on the first `examples` of the `train` split."""
        return fit_examples(self.model.hidden_size, self._states(config.layer, "train")[:examples], config, self.tick)

    def measure(self, fitted: Fit, layer: int, split: Split = MEASURED) -> dict[str, Estimate]:
        """Shares of parts read right, with Wilson intervals."""
        examples = self._states(layer, split)
        right = dict.fromkeys(PARTS, 0)
        for start in range(0, len(examples), 256):
            part = examples[start : start + 256]
            for slots, example in zip(fitted.head.read(collate([e.seen for e in part])), part, strict=True):
                for name, same in zip(PARTS, _parts(slots, example.label.slots), strict=True):
                    right[name] += same
        return {name: Estimate.of_count(count, len(examples)) for name, count in right.items()}


def _parts(read: Slots | None, true: Slots) -> tuple[bool, bool, bool, bool]:
    if read is None:
        return False, False, False, False
    same = read.operands[0] == true.operands[0], read.operands[1] == true.operands[1]
    return read == true, read.kinds == true.kinds, *same


def layers(lab: Lab) -> Answer:
    """Question 1, for the digit head (operands must be in the states) and the pointer (they need only be found)."""
    rows = [*_by_layer(lab)]
    sentence = _best(rows)
    if lab.floor is not None:
        beside = _by_layer(replace(lab, model=lab.floor, floor=None), weights="random")
        rows = [*(row.model_copy(update={"setting": {**row.setting, "weights": "trained"}}) for row in rows), *beside]
    return _answer("layers", "Does the layer encode operands?", "layer", rows, sentence)


def _by_layer(lab: Lab, **setting: str) -> Iterator[Row]:
    every = range(len(lab.model.blocks) + 1)
    a_layer = (lab.examples + lab.tests) * PROMPT_TOKENS * lab.model.hidden_size * 4
    together = max(1, ROOM // a_layer)
    for group in (every[at : at + together] for at in range(0, len(every), together)):
        for split in ("train", MEASURED):
            lab.read(group, split)
        for layer, head in product(group, lab.kinds):
            shares = lab.measure(lab.fit(HeadConfig(head=head, layer=layer, seed=lab.seed)), layer)
            yield _row(shares, head=head, layer=layer, **setting)


def heads(lab: Lab) -> Answer:
    """Question 2, at the default layer with attention; several seeds: whether attention finds an operand is luck."""
    layer = lab.model.layer(LAYER)
    rows = tuple(
        _row(
            lab.measure(lab.fit(HeadConfig(head=head, layer=layer, seed=seed)), layer),
            head=head,
            seed=seed,
        )
        for head in READERS
        for seed in SEEDS
    )
    return _answer("heads", "Binned or regression?", "head", rows, _best(rows))


def pooling(lab: Lab) -> Answer:
    """Question 3, at the default layer for every head."""
    layer = lab.model.layer(LAYER)
    rows = tuple(
        _row(
            lab.measure(lab.fit(HeadConfig(head=head, pool=pool, layer=layer)), layer),
            head=head,
            pool=pool,
        )
        for head in ("binned", "digits", "pointer")
        for pool in POOLS
    )
    return _answer("pooling", "Which pooling?", "pool", rows, _best(rows))


def data(lab: Lab) -> Answer:
    """Question 4; how long each size is trained is chosen on its own held-back examples."""
    layer = lab.model.layer(LAYER)
    rows = []
    for size in [size for size in SIZES if size <= lab.examples]:
        fitted = lab.fit(HeadConfig(layer=layer), size)
        rows.append(_row(lab.measure(fitted, layer), examples=size))
    enough = [row for row in rows if row.estimates["program"].low > TARGET]
    sentence = (
        f"{enough[0].setting['examples']} examples are the fewest measured whose interval lies above 95 %"
        if enough
        else "no measured size has an interval above 95 %"
    )
    return _answer("data", "How many examples for 95 %?", "examples", rows, sentence)


def phrasings(lab: Lab) -> Answer:
    """Question 5: one head, every split it has not seen."""
    layer = lab.model.layer(LAYER)
    fitted = lab.fit(HeadConfig(layer=layer))
    rows = tuple(_row(lab.measure(fitted, layer, split), split=split) for split in SPLITS if split != "train")
    worst = min(rows, key=lambda row: row.estimates["program"].value)
    return _answer("phrasings", "Unseen phrasings?", "split", rows, f"weakest on {_said(worst)}")


QUESTIONS: dict[str, Callable[[Lab], Answer]] = {
    "layers": layers,
    "heads": heads,
    "pooling": pooling,
    "data": data,
    "phrasings": phrasings,
}


def _row(shares: dict[str, Estimate], **setting: str | int) -> Row:
    return Row(setting=setting, figures=shares)


def _answer(name: str, question: str, varied: str, rows: Sequence[Row], sentence: str) -> Answer:
    return Answer(name=name, question=question, varied=varied, rows=tuple(rows), sentence=sentence)


def _best(rows: Sequence[Row]) -> str:
    return f"best: {_said(max(rows, key=lambda row: row.estimates['program'].value))}"


def _said(row: Row) -> str:
    setting = ", ".join(f"{name} {value}" for name, value in row.setting.items())
    return f"{setting}: program {row.estimates['program']}"


def plot(answer: Answer, axes: Axes) -> None:
    """Shares of whole programs over what was varied, a line for each setting that is not along the axis."""
    groups: dict[str, tuple[list[str | int], list[float]]] = {}
    for row in answer.rows:
        name = ", ".join(str(value) for key, value in row.setting.items() if key != answer.varied) or "program"
        places, shares = groups.setdefault(name, ([], []))
        place = row.setting[answer.varied]
        # Sizes grow by factors, and have places of equal distance, as names have; layers are numbers.
        places.append(int(place) if answer.varied == "layer" else str(place))
        shares.append(100 * row.estimates["program"].value)
    for name, (places, shares) in groups.items():
        axes.plot(places, shares, marker="o", label=name)
    axes.axhline(100 * TARGET, color="grey", linestyle=":", linewidth=1)
    axes.set(xlabel=answer.varied, ylabel="whole programs read exactly, %", ylim=(-2, 102))
    axes.legend(frameon=False)
