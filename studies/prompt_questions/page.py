"""The page of all answers, from their JSON alone: docs/soft_prompts.md.

page(answers_in(Path("docs/soft_prompts")), "soft_prompts")
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from glassbox.harness.records.provenance import Fact
from glassbox.studies.prompt_questions.answer import Answer

ORDER = ("datasets", "sweep", "agreement", "nearest", "clusters")
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


def answers_in(folder: Path) -> dict[str, Answer]:
    """Answers by file name without its ending, in the page's order.

    Raises:
      ValueError: A file is no answer.
    """
    found: dict[str, Answer] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = Answer.model_validate_json(path.read_bytes())
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise ValueError(f"{path} holds no answer ({reason}); remove it, or run its analysis again") from error
    return dict(sorted(found.items(), key=lambda item: (ORDER.index(item[1].name), item[0])))


def page(answers: dict[str, Answer], folder: str) -> str:
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
        *_table(answer.columns, answer.cells()),
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


def _machine(facts: dict[str, Fact]) -> str:
    if not facts:
        return ""
    where = f"{facts['cpu']}, {facts['torch_threads']} threads" if facts["device"] == "cpu" else str(facts["device"])
    return f" ({where}; torch {facts['version.torch']})"


def _table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    rows = [list(columns), ["---"] * len(columns), *cells]
    return ["| " + " | ".join(row) + " |" for row in rows]
