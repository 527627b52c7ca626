"""Every template of the arithmetic tasks by side, and the normal form in which two wordings count as the same one."""

from __future__ import annotations

import itertools
import re

from glassbox.harness.data.arithmetic import chains, loops, stories, wording
from glassbox.harness.ir.program import LoopKind, Op

POLITE = ("please", "kindly", "can you", "could you", "would you")
_POLITE_OPENING = re.compile(rf"^(?:{'|'.join(POLITE)}) ")


def normal(text: str, *, polite: bool = False) -> str:
    """Lower case, one space between words, no punctuation but the signs of arithmetic; polite openings dropped."""
    words = re.sub(r"\{(\w+)\}", r" \1_ ", text).lower()
    words = " ".join(re.sub(r"[^\w+*/=\- ]", " ", words).split())
    while not polite and (shorter := _POLITE_OPENING.sub("", words)) != words:
        words = shorter
    return words


def single_templates(*, held_out: bool) -> list[str]:
    """Symbolic wordings and story frames of one operation."""
    return [
        template
        for source in (wording, stories)
        for op in Op
        for template in (source.HELD_OUT if held_out else source.TRAIN)[op]
    ]


def loop_templates(*, held_out: bool) -> list[str]:
    """Wordings of counted loops."""
    return [template for kind in LoopKind for template in (loops.HELD_OUT if held_out else loops.TRAIN)[kind]]


def chain_templates(steps: int, *, held_out: bool) -> set[str]:
    """Every wording of a chain of that many operations, put together from the phrase tables."""
    found: set[str] = set()
    clauses = list(itertools.product(range(len(chains.LINKS)), range(3)))
    for first, *others in itertools.product(Op, repeat=steps):
        for opening, text in enumerate(chains.OPENINGS[first]):
            for places in itertools.product(clauses, repeat=steps - 1):
                links, following = zip(*places, strict=True)
                if chains.side(opening, links, following) == ("held_out" if held_out else "train"):
                    parts = zip(others, places, strict=True)
                    found.add(
                        text + "".join(chains.LINKS[ln].format(chains.FOLLOWING[op][fo]) for op, (ln, fo) in parts)
                    )
    return found
