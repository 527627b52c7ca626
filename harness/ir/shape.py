"""How a family of programs looks to a learned head: one class for each step, one integer for each operand.

    SINGLE.encode(single(Op.SUBTRACT, 69, 49))     # Slots(kinds=(1,), operands=(69, 49))

A head never sees a `Program`: it is trained on slots, it answers in slots, and the shape turns both ways.
"""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.ir.program import Loop, LoopKind, Op, Program, Result, chain


@dataclass(frozen=True, slots=True)
class Slots:
    """A program as classes and integers.

    Attributes:
      kinds: One index into the shape's `kinds` for each step.
      operands: One more than there are steps; for a loop, start and stop.
    """

    kinds: tuple[int, ...]
    operands: tuple[int, ...]


_KINDS: dict[str, Op | LoopKind] = {str(kind): kind for kind in (*Op, *LoopKind)}


@dataclass(frozen=True)
class Shape:
    """A family of programs: left-to-right chains of up to `max_steps` operations, or single loops.

    Attributes:
      name: As a task or an artefact's card names it.
      kinds: Values of `Op` or of `LoopKind`, never of both; the classes a head tells apart, in this order.
      max_steps: Longest chain; 1 for loops.
    """

    name: str
    kinds: tuple[str, ...]
    max_steps: int

    def encode(self, program: Program) -> Slots:
        """Read a program's slots.

        Raises:
          ValueError: The program is not of this shape; the message says in what.
        """
        if isinstance(program, Loop):
            return Slots((self._index(program.kind),), (program.start, program.stop))
        if not 1 <= len(program.steps) <= self.max_steps:
            raise self._refusal(f"it has {len(program.steps)} steps, outside 1..{self.max_steps}")
        kinds: list[int] = []
        operands: list[int] = []
        for index, step in enumerate(program.steps):
            if index == 0 and not isinstance(step.left, Result):
                operands.append(step.left)
            elif index == 0 or step.left != Result(index - 1):
                raise self._refusal(f"step {index} does not continue from the step before; only left chains are read")
            if isinstance(step.right, Result):
                raise self._refusal(f"the right operand of step {index} is a result; only left chains are read")
            kinds.append(self._index(step.op))
            operands.append(step.right)
        return Slots(tuple(kinds), tuple(operands))

    def decode(self, slots: Slots) -> Program:
        """Build the program that the slots stand for; whether it is valid is for `validate` to say.

        Raises:
          ValueError: The slots are not of this shape.
        """
        steps = len(slots.kinds)
        if not 1 <= steps <= self.max_steps:
            raise ValueError(f"slots of {steps} steps are outside the shape {self.name!r} (1..{self.max_steps})")
        if len(slots.operands) != steps + 1:
            raise ValueError(f"slots of {steps} steps have {len(slots.operands)} operands; give {steps + 1}")
        kinds = [self._kind(kind) for kind in slots.kinds]
        first, *rest = slots.operands
        if isinstance(kinds[0], LoopKind):
            return Loop(kinds[0], first, rest[0])
        return chain(first, *((Op(kind), operand) for kind, operand in zip(kinds, rest, strict=True)))

    def _index(self, kind: Op | LoopKind) -> int:
        if kind not in self.kinds:
            raise self._refusal(f"it has the kind {kind}, and the shape knows {', '.join(self.kinds)}")
        return self.kinds.index(kind)

    def _kind(self, kind: int) -> Op | LoopKind:
        if not 0 <= kind < len(self.kinds):
            raise ValueError(f"class {kind} is outside the shape {self.name!r} (0..{len(self.kinds) - 1})")
        return _KINDS[self.kinds[kind]]

    def _refusal(self, reason: str) -> ValueError:
        return ValueError(f"the program is not of the shape {self.name!r}: {reason}")


SINGLE = Shape("single", tuple(map(str, Op)), max_steps=1)
CHAIN = Shape("chain", tuple(map(str, Op)), max_steps=3)
LOOP = Shape("loop", tuple(map(str, LoopKind)), max_steps=1)
