"""Option C of the seed: sign, then digit after digit from the most significant until the end mark.

Each place has a pooled vector and an output of its own (where pooling gives all places the same vector, the output
alone tells them apart); its logits also depend on the digit before it, so decoding is autoregressive: teacher-forced
in training, greedy in reading.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from glassbox.harness.fit.linear import Linear, SlotLinear
from glassbox.harness.fit.operands.base import OperandReader, Sampled
from glassbox.harness.fit.reading import IGNORED, Targets, View

END = 10
_START = 11


class Digits(OperandReader):
    """Integers of up to `places` digits with a sign; classes 0..9 and END at each place."""

    def __init__(self, hidden: int, operands: int, width: int, places: int = 5) -> None:
        super().__init__(hidden, operands, width)
        self.places = places
        self.vectors = places + 1
        self.digit = SlotLinear(operands * places, self.inputs, 11)
        self.sign = SlotLinear(operands, self.inputs, 2)
        self.previous = nn.Embedding(12, 11)

    def forward(self, units: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """[batch, operand, 1 + places, 11]: place 0 holds the sign logits (two of eleven), the others the digits'.

        Without `truth` each place is conditioned on the greedy choice before it.
        """
        units = self.active(units)
        batch, operands = units.shape[:2]
        raw = units.new_full((batch, operands, 1 + self.places, 11), float("-inf"))
        raw[:, :, 0, :2] = self.sign(units[:, :, 0])
        own = self.digit(units[:, :, 1:].flatten(1, 2)).unflatten(1, (operands, self.places))
        spelled = self._spell(truth.operands) if truth is not None else None
        before = torch.full((batch, operands), _START, device=units.device)
        columns = []
        for place in range(self.places):
            column = own[:, :, place] + self.previous(before)
            columns.append(column)
            before = spelled[:, :, place].clamp(min=0) if spelled is not None else column.argmax(-1)
        raw[:, :, 1:] = torch.stack(columns, dim=2)
        return raw

    def _spell(self, operands: torch.Tensor) -> torch.Tensor:
        """Digit classes [batch, operand, place], END after the last digit, IGNORED beyond it or if it is too long."""
        spelled = torch.full((*operands.shape, self.places), IGNORED)
        for row, values in enumerate(operands.tolist()):
            for index, value in enumerate(values):
                text = str(abs(value))
                if len(text) <= self.places:
                    classes = [*map(int, text), END][: self.places]
                    spelled[row, index, : len(classes)] = torch.tensor(classes)
        return spelled.to(operands.device)

    def first_maps(self) -> list[Linear]:
        """None, unless the head is linear."""
        return [] if self.width else [self.digit, self.sign]

    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Mean cross-entropy of the places that are spelled, plus that of the sign."""
        spelled = self._spell(truth.operands)
        flat = cross_entropy(raw[:, :, 1:].flatten(0, 2), spelled.flatten(), reduction="none", ignore_index=IGNORED)
        said = (spelled != IGNORED).sum(-1).clamp(min=1)
        digits = flat.view(spelled.shape).sum(-1) / said
        signs = (truth.operands < 0).to(torch.int64)
        sign = cross_entropy(raw[:, :, 0, :2].flatten(0, 1), signs.flatten(), reduction="none").view(signs.shape)
        return digits + sign

    def _value(self, sign: int, classes: list[int]) -> int | None:
        text = "".join(map(str, classes[: classes.index(END)] if END in classes else classes))
        return (-1 if sign else 1) * int(text) if text else None

    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """The likeliest digit at each place; None where the first place already ends."""
        signs, digits = raw[:, :, 0, :2].argmax(-1).tolist(), raw[:, :, 1:].argmax(-1).tolist()
        return [tuple(map(self._value, s, d)) for s, d in zip(signs, digits, strict=True)]

    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """Every place drawn from its own softmax, given the greedy digit before it."""
        chances = raw.log_softmax(-1)
        drawn = torch.multinomial(chances.exp().flatten(0, 2), 1, generator=generator).view(raw.shape[:3])
        each = chances.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)
        # What is drawn after the end mark is never read and must not be rewarded.
        ended = (drawn[:, :, 1:] == END).cumsum(-1) - (drawn[:, :, 1:] == END).to(torch.int64) > 0
        total = each[:, :, 0] + each[:, :, 1:].masked_fill(ended, 0.0).sum(-1)
        rows = drawn.tolist()
        return [tuple(self._value(place[0], place[1:]) for place in row) for row in rows], total
