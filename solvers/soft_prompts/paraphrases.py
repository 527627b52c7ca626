"""Where paraphrases come from: a file, or the model in the role `paraphraser`. What a model wrote is kept as it came.

inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm -S variants=paraphrases.json
inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm --model-role paraphraser=openai/gpt-4o
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from inspect_ai.model import CachePolicy, GenerateConfig, Model, get_model, model_roles

from glassbox.harness.data.pair import Pair
from glassbox.harness.records.prompted import TARGETS, TargetName

ROLE = "paraphraser"
Deploy = Literal["rule", "always"]
"""When they are used: by the seed's rule, or from the start."""
COUNT = 4
"""Paraphrases asked for, of each target; the seed says 3 to 5."""

PROMPT = (
    "Say the following {target} in other words. Keep its meaning, and every name and number. "
    "Write the new {target} alone, on one line.\n\n{text}\n"
)
MOST_TOKENS = 128
LONGER = 3
"""A paraphrase of more than so many times the original's characters is none."""


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """Of one pair.

    Attributes:
      kept: Those that may be used, by target.
      raw: What a model wrote for them, by target, in the order asked; empty for a file.
    """

    kept: Mapping[TargetName, tuple[str, ...]]
    raw: Mapping[TargetName, tuple[str, ...]]


class Source(Protocol):
    """Gives a pair's paraphrases."""

    async def of(self, pair: Pair) -> Paraphrases:
        """Paraphrases of both targets; there may be none."""


class FromFile:
    """Paraphrases by pair id; see `glassbox.harness.dcm.variants`."""

    def __init__(self, texts: Mapping[str, Mapping[TargetName, tuple[str, ...]]]) -> None:
        self._texts = texts

    async def of(self, pair: Pair) -> Paraphrases:
        """The file's, as they stand there."""
        return Paraphrases(self._texts.get(pair.id, {}), {})


class FromModel:
    """Paraphrases that a model writes when they are asked for, cached by inspect so that a later run asks for none."""

    def __init__(self, model: Model, count: int = COUNT) -> None:
        self._model, self._count = model, count

    async def of(self, pair: Pair) -> Paraphrases:
        """`count` of each target are asked for; `kept` has those that pass `usable`."""
        raw = {name: await self._written(name, text) for name, text in _texts(pair).items()}
        return Paraphrases({name: usable(text, raw[name]) for name, text in _texts(pair).items()}, raw)

    async def _written(self, name: TargetName, text: str) -> tuple[str, ...]:
        prompt = PROMPT.format(target=name, text=text)
        written = []
        for seed in range(self._count):
            config = GenerateConfig(temperature=1.0, seed=seed, max_tokens=MOST_TOKENS)
            output = await self._model.generate(prompt, config=config, cache=CachePolicy(expiry=None, per_epoch=False))
            written.append(output.completion)
        return tuple(written)


def usable(original: str, written: Sequence[str]) -> tuple[str, ...]:
    """The first line of each text that says something other than the original and the ones before, at like length.

    Whether the meaning is the same is not checked: nothing here could.
    """
    kept: dict[str, str] = {}
    for text in written:
        line = next((line.strip() for line in text.splitlines() if line.strip()), "")
        if line and len(line) <= LONGER * len(original) and _bare(line) != _bare(original):
            kept.setdefault(_bare(line), line)
    return tuple(kept.values())


def source_of(file: Mapping[str, Mapping[TargetName, tuple[str, ...]]] | None) -> Source | None:
    """The file where one is given, else the model in the role, else nothing; to be called inside a running sample."""
    if file is not None:
        return FromFile(file)
    return FromModel(get_model(role=ROLE, required=True)) if ROLE in model_roles() else None


def _texts(pair: Pair) -> dict[TargetName, str]:
    return dict(zip(TARGETS, (pair.question, pair.answer), strict=True))


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())
