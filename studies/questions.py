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
from dataclasses import dataclass, field
from functools import lru_cache

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.arithmetic.generate import SPLITS, Split, generate
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.config import SHAPES, HeadConfig
from glassbox.harness.fit.operands import READERS
from glassbox.harness.fit.pooling import POOLS
from glassbox.harness.fit.source import LayerSource, collate
from glassbox.harness.fit.training import Example, Fit, encode, fit_examples
from glassbox.harness.ir.shape import Slots
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.stats.estimate import Estimate
from glassbox.solvers.ir_head import LAYER

TARGET = 0.95
SIZES = (32, 64, 125, 250, 500, 1000, 2000, 4000, 8000)
SEEDS = (0, 1, 2)
LONG = 25
"""Epochs where heads are compared: a pointer needs 6, the seed's own heads go on learning."""
PARTS = ("operation", "first_operand", "second_operand", "program")


@dataclass(frozen=True)
class Row:
    """One setting: what was varied, and the share of each part that was read right, with its interval."""

    setting: dict[str, str | int]
    shares: dict[str, Estimate]


@dataclass(frozen=True)
class Answer:
    """A question with its measured rows; `sentence` says what they come to."""

    question: str
    varied: str
    rows: tuple[Row, ...]
    sentence: str


@dataclass
class Lab:
    """One model with its fit and test examples; states of a layer are read once.

    Attributes:
      model: The open model.
      examples: Problems to fit on, at most.
      tests: Problems to measure on, of each split.
      tick: Progress.
    """

    model: OpenModel
    examples: int
    tests: int
    tick: Tick
    seed: int = 0
    _states: Callable[[int, Split], list[Example]] = field(init=False)

    def __post_init__(self) -> None:
        self._states = lru_cache(maxsize=8)(self._read_states)

    def _read_states(self, layer: int, split: Split) -> list[Example]:
        problems = generate("single", split, self.examples if split == "train" else self.tests, self.seed)
        prompts = [expression_prompt(problem.question) for problem in problems]
        return encode(LayerSource(self.model, layer), prompts, problems, SHAPES["single"], self.tick)

    def fit(self, config: HeadConfig, examples: int | None = None) -> Fit:
        """A head on the first `examples` of the `train` split."""
        return fit_examples(self.model.hidden_size, self._states(config.layer, "train")[:examples], config, self.tick)

    def measure(self, fitted: Fit, layer: int, split: Split = "held_out_both") -> dict[str, Estimate]:
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
    return read.kinds == true.kinds, *same, read == true


def layers(lab: Lab) -> Answer:
    """Question 1, for the digit head (operands must be in the states) and the pointer (they need only be found)."""
    rows = tuple(
        Row({"head": head, "layer": layer}, lab.measure(lab.fit(HeadConfig(head=head, layer=layer)), layer))
        for layer in range(len(lab.model.blocks) + 1)
        for head in ("digits", "pointer")
    )
    return Answer("Does the layer encode operands?", "layer", rows, _best(rows))


def heads(lab: Lab) -> Answer:
    """Question 2, at the default layer with attention; several seeds: whether attention finds an operand is luck."""
    layer = lab.model.layer(LAYER)
    rows = tuple(
        Row(
            {"head": head, "seed": seed},
            lab.measure(lab.fit(HeadConfig(head=head, layer=layer, epochs=LONG, seed=seed)), layer),
        )
        for head in READERS
        for seed in SEEDS
    )
    return Answer("Binned or regression?", "head", rows, _best(rows))


def pooling(lab: Lab) -> Answer:
    """Question 3, at the default layer for every head."""
    layer = lab.model.layer(LAYER)
    rows = tuple(
        Row(
            {"head": head, "pool": pool},
            lab.measure(lab.fit(HeadConfig(head=head, pool=pool, layer=layer, epochs=LONG)), layer),
        )
        for head in ("binned", "digits", "pointer")
        for pool in POOLS
    )
    return Answer("Which pooling?", "pool", rows, _best(rows))


def data(lab: Lab) -> Answer:
    """Question 4: passes grow as examples shrink, so that every size gets about as many steps."""
    layer = lab.model.layer(LAYER)
    rows = []
    for size in [size for size in SIZES if size <= lab.examples]:
        epochs = min(60, max(6, 6 * 4000 // size))
        fitted = lab.fit(HeadConfig(layer=layer, epochs=epochs), size)
        rows.append(Row({"examples": size}, lab.measure(fitted, layer)))
    enough = [row for row in rows if row.shares["program"].low > TARGET]
    sentence = (
        f"{enough[0].setting['examples']} examples are the fewest measured whose interval lies above 95 %"
        if enough
        else "no measured size has an interval above 95 %"
    )
    return Answer("How many examples for 95 %?", "examples", tuple(rows), sentence)


def phrasings(lab: Lab) -> Answer:
    """Question 5: one head, every split it has not seen."""
    layer = lab.model.layer(LAYER)
    fitted = lab.fit(HeadConfig(layer=layer))
    rows = tuple(Row({"split": split}, lab.measure(fitted, layer, split)) for split in SPLITS if split != "train")
    worst = min(rows, key=lambda row: row.shares["program"].value)
    return Answer("Unseen phrasings?", "split", rows, f"weakest on {_said(worst)}")


QUESTIONS: dict[str, Callable[[Lab], Answer]] = {
    "layers": layers,
    "heads": heads,
    "pooling": pooling,
    "data": data,
    "phrasings": phrasings,
}


def _best(rows: Sequence[Row]) -> str:
    return f"best: {_said(max(rows, key=lambda row: row.shares['program'].value))}"


def _said(row: Row) -> str:
    setting = ", ".join(f"{name} {value}" for name, value in row.setting.items())
    return f"{setting}: program {row.shares['program']}"


def series(answer: Answer) -> Iterator[tuple[str, list[str], list[float]]]:
    """Lines of a plot: (name, settings along the axis, share of whole programs), one for each value not on the axis."""
    groups: dict[str, tuple[list[str], list[float]]] = {}
    for row in answer.rows:
        name = ", ".join(str(value) for key, value in row.setting.items() if key != answer.varied) or "program"
        places, shares = groups.setdefault(name, ([], []))
        places.append(str(row.setting[answer.varied]))
        shares.append(row.shares["program"].value)
    for name, (places, shares) in groups.items():
        yield name, places, shares
