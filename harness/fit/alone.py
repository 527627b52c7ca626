"""One prompt at a time: what a pointer head over attention computes, in NumPy, on arrays taken from it once.

A single prompt needs twenty products of a few rows each. Torch spends longer on calling them than on their arithmetic,
and a latency measured at batch 1 is mostly that. The figures are the head's own up to rounding, and a test says so.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.operands.pointer import Pointer
from glassbox.harness.fit.pooling import Attention
from glassbox.harness.fit.reading import View, fill_averages
from glassbox.harness.ir.shape import Slots

Array = NDArray[np.float32]


class Alone:
    """Reads one prompt with the head's weights as they are now.

    Raises:
      ValueError: The head is of another kind; `Reader` asks first.
    """

    def __init__(self, head: IRHead) -> None:
        pool, reader = head.pool, head.operands
        if not isinstance(pool, Attention) or not isinstance(reader, Pointer) or head.units is None:
            raise ValueError("only a pointer head with hidden units over attention is read alone")
        self._head = head
        self._slots = (pool.slots, pool.width)
        self._classes = head.counting + head.shape.max_steps
        scale = pool.width**-0.5
        self._query, self._query_bias = _array(pool.query.weight.T * scale), _array(pool.query.bias * scale)
        self._key = _array(pool.key.weight.T)
        self._units, self._units_bias = _array(head.units.weight), _array(head.units.bias)
        self._class, self._class_bias = _array(head.classes.weight), _array(head.classes.bias)
        self._offer, self._offer_bias = _array(reader.offered.weight.T), _array(reader.offered.bias)
        self._score = _array(reader.score)

    def read(self, seen: View) -> Slots | None:
        """The program of the view's only prompt; None where it names no number."""
        states: Array = seen.states[0].numpy()
        numbers = seen.numbers[0]
        if not numbers:
            return None
        units = self._pooled(states) @ self._units + self._units_bias
        shown = np.maximum(units[: self._classes], 0) @ self._class + self._class_bias
        averages = np.zeros((len(numbers), len(states)), dtype=np.float32)
        fill_averages(averages, numbers)
        offered = averages @ states @ self._offer
        asked = units[self._classes :, 0]
        match = np.tanh((offered + self._offer_bias).reshape(-1, *asked.shape) + asked)
        places = (match * self._score).sum(-1).argmax(0).tolist()
        head = self._head
        count = int(shown[0, 0, : head.shape.max_steps].argmax()) if head.counting else 0
        kinds = shown[head.counting :, 0, : len(head.shape.kinds)].tolist()
        return head.assemble(count, kinds, [numbers[place].value for place in places])

    def _pooled(self, states: Array) -> Array:
        """[slot, 1, hidden]."""
        queries = (states[-1] @ self._query + self._query_bias).reshape(self._slots)
        scores = queries @ (states @ self._key).T
        weights = np.exp(scores - scores.max(1, keepdims=True))
        pooled: Array = (weights @ states / weights.sum(1, keepdims=True))[:, None]
        return pooled


class Reader:
    """Reads programs with a fitted head: a single prompt alone where that can be, batches with torch."""

    def __init__(self, head: IRHead) -> None:
        self._head = head
        plain = isinstance(head.pool, Attention) and isinstance(head.operands, Pointer) and head.units is not None
        on_cpu = head.classes.weight.device.type == "cpu"
        self._alone = Alone(head) if plain and on_cpu else None

    def read(self, seen: View) -> list[Slots | None]:
        """As `IRHead.read`."""
        if self._alone is not None and len(seen.lengths) == 1 and seen.states.dtype == torch.float32:
            return [self._alone.read(seen)]
        return self._head.read(seen)


def _array(tensor: torch.Tensor) -> Array:
    array: Array = np.array(tensor.detach().numpy(), dtype=np.float32, order="C")
    return array
