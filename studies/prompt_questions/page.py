"""The page of all answers, from their JSON alone: docs/soft_prompts.md.

page(answers_in(Path("docs/soft_prompts"), NAMES), "soft_prompts")
"""

from __future__ import annotations

from collections.abc import Mapping

from glassbox.harness.records.answer import Answer, Figure
from glassbox.harness.records.provenance import Fact
from glassbox.harness.stats.estimate import Estimate, plain

HEAD = """# Soft prompts: what was measured

Vectors are searched from which a frozen model writes a question (Q) and its answer (A), each from its first token to
its stop token; a word before the vectors, the *mode*, says which of the two is wanted. Shares are of pairs, with 95 %
Wilson intervals; other intervals are bootstraps. *Tokens right*: of a pair's tokens, those that the model holds for the
likeliest when all tokens before them are the right ones. *Prefix right*: those that it writes by itself before its
first mistake. *Shuffled pairs*: the vectors of one pair give the texts of another. *Random vectors*: random vectors as
long as the found ones give the pair. *Other mode*: asked for one of the two texts, the model writes the other. *Text
hurt*: put before the real text, the vectors make it less likely. *Pairs a minute* counts the search alone, on the
processor named, shared with other work.
"""


def page(answers: Mapping[str, Answer], folder: str) -> str:
    """Markdown of all answers; pictures are looked for in `folder` beside the page."""
    parts = [HEAD]
    before = ""
    for stem, answer in answers.items():
        if answer.name != before:
            parts.append(f"## {answer.question}\n")
            before = answer.name
        parts.append(_section(answer, f"{folder}/{stem}.png"))
    return "\n".join(parts)


def _section(answer: Answer, picture: str) -> str:
    lines = [
        f"### {_heading(answer)}\n",
        f"{answer.sentence[:1].upper()}{answer.sentence[1:]}.\n",
        *_table(answer),
        "",
        *(f"- {note}" for note in answer.notes),
        *([""] if answer.notes else []),
        f"![{answer.question}]({picture})\n",
    ]
    if answer.origin:
        lines.append(f"`{answer.origin.command}`{_machine(answer.origin.provenance)}\n")
    return "\n".join(lines)


def _heading(answer: Answer) -> str:
    """Model, and the number of vectors where it does not vary."""
    if answer.origin is None:
        return "unknown model"
    k = answer.origin.settings.get("k")
    return answer.origin.model if k is None or answer.name == "sweep" else f"{answer.origin.model}, K = {k}"


def _machine(facts: Mapping[str, Fact]) -> str:
    if not facts:
        return ""
    where = f"{facts['cpu']}, {facts['torch_threads']} threads" if facts["device"] == "cpu" else str(facts["device"])
    return f" ({where}; torch {facts['version.torch']})"


def _table(answer: Answer) -> list[str]:
    head = [*answer.rows[0].setting, *answer.rows[0].figures]
    rows = [[*map(str, row.setting.values()), *map(_cell, row.figures.values())] for row in answer.rows]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _cell(found: Figure) -> str:
    if isinstance(found, Estimate) and found.unit == "share":
        return f"{100 * found.value:.1f} % [{100 * found.low:.1f} %, {100 * found.high:.1f} %]"
    return found.text if isinstance(found, Estimate) else "" if found is None else plain(found)
