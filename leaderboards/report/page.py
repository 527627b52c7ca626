"""The page: sections filled from runs and answers, written as one HTML file that needs nothing else.

    records = load_logs("logs")
    links = Links.to(records, Path("report.html"))
    samples = sample_view(sections(records), Path("logs"), links)
    page(records, tables(records), ledger_tables(records), read_answers(Path("docs/questions")), links, samples)

The same logs, answers and place give the same bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files

from glassbox.harness.records.answer import Answer
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.tables.table import Table
from glassbox.leaderboards.claims.verdict import Standing
from glassbox.leaderboards.report import curves_of_runs, losses, questions, tradeoffs
from glassbox.leaderboards.report.cells import Shown, facts, marked, sorted_by
from glassbox.leaderboards.report.content import FILTERS, Figure, Section, Wanted
from glassbox.leaderboards.report.links import Links, begun, runs_table
from glassbox.leaderboards.report.samples import Board, run_key

TITLE = "Glassbox report"
VIEWER = "http://127.0.0.1:7575"
"""Where `inspect view` listens."""
SCRIPTS = ("address.js", "tables.js", "samples.js")


@dataclass(frozen=True, slots=True)
class Page:
    """The file's content, and what it shows and lacks."""

    html: str
    sections: tuple[Section, ...]
    wanted: tuple[Wanted, ...]


def page(
    records: Sequence[RunRecord],
    boards: Sequence[Table],
    ledger: Sequence[Table],
    answers: Sequence[Answer],
    links: Links,
    samples: Sequence[Board] = (),
    viewer: str = VIEWER,
) -> Page:
    """Make the page.

    Args:
      records: The runs, oldest first.
      boards: Their boards.
      ledger: The claims ledger.
      answers: The key questions, where they were asked.
      links: To logs, from where the page will lie.
      samples: What the page holds of single samples; see `glassbox.leaderboards.report.samples`.
      viewer: Where inspect's viewer is served.
    """
    offered = _sections(records, boards, ledger, answers)
    sections = tuple(section for section, _ in offered if section.filled)
    wanted = tuple(wanted for section, wanted in offered if not section.filled)
    return Page(_render(sections, wanted, records, links, samples, viewer), sections, wanted)


def _sections(
    records: Sequence[RunRecord], boards: Sequence[Table], ledger: Sequence[Table], answers: Sequence[Answer]
) -> list[tuple[Section, Wanted]]:
    """Every section that a report can have, each with what would fill it."""
    by_layer = [answer for answer in answers if answer.varied == "layer"]
    others = [answer for answer in answers if answer.varied != "layer"]
    return [
        (
            Section(
                "runs",
                "Runs",
                "Ranked, with 95 % intervals; controls, which show what a score is worth, stand below a line.",
                tuple(table for table in boards if table.record),
                folded=(*(table for table in boards if not table.record), runs_table(records)),
            ),
            Wanted("Runs", "no logs", "make eval"),
        ),
        (
            Section(
                "tradeoffs",
                "Accuracy against cost",
                "Up and to the left is better. Neighbours whose bars overlap may be equal: `glassbox compare` tells.",
                figures=tradeoffs.figures(records),
            ),
            Wanted(
                "Accuracy against cost",
                "no two runs of one task with latencies or tokens",
                "glassbox eval ir_arith --solver ir_head regex_pipeline direct",
            ),
        ),
        (
            Section(
                "layers",
                "Layer curves",
                "What can be read from the residual stream after each block; layer 0 is the embedding.",
                figures=(*_drawn(by_layer), *curves_of_runs.figures(records, curves_of_runs.LAYER)),
                folded=tuple(map(questions.table, by_layer)),
            ),
            Wanted("Layer curves", "no runs that differ in `layer`, no answer on layers", "glassbox questions layers"),
        ),
        (
            Section(
                "questions",
                "Heads, pooling, data, phrasings",
                "What else decides whether a program can be read from hidden states.",
                figures=_drawn(others),
                folded=tuple(map(questions.table, others)),
            ),
            Wanted("Heads, pooling, data, phrasings", "no answers in --questions", "glassbox questions all"),
        ),
        (
            Section(
                "sweep",
                "K sweep",
                "How many content vectors a question and its answer need.",
                figures=curves_of_runs.figures(records, curves_of_runs.VECTORS),
            ),
            Wanted(
                "K sweep",
                "no two soft-prompt runs that differ in `k` alone",
                "inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm -S k=1   # then k=2, 4, 8, ...",
            ),
        ),
        (
            Section(
                "losses",
                "Loss curves",
                "Of the soft-prompt search, pair by pair; a low loss that does not decode is no success.",
                figures=losses.figures(records),
            ),
            Wanted(
                "Loss curves",
                "no soft-prompt run that keeps its curves",
                "inspect eval tasks/soft_prompt.py@dcm_squad --solver dcm",
            ),
        ),
        (
            Section("claims", "Claims", _of_claims(ledger), folded=tuple(ledger)),
            Wanted("Claims", "no claim has been tested", "glassbox claims"),
        ),
    ]


def _of_claims(ledger: Sequence[Table]) -> str:
    """What the section holds, while it is folded."""
    rows = [row.facts for table in ledger if table.record for row in table.rows]
    counted = Counter(str(row["verdict"]) for row in rows)
    tally = ", ".join(f"{counted[verdict]} {verdict}" for verdict in map(str, Standing) if counted[verdict])
    claims = len({row["claim"] for row in rows})
    return f"What the origins claim in figures, tested where a run allows: {claims} claims, {len(rows)} rows: {tally}."


def _drawn(answers: Sequence[Answer]) -> tuple[Figure, ...]:
    return tuple(figure for answer in answers for figure in questions.figures(answer))


def _render(
    sections: Sequence[Section],
    wanted: Sequence[Wanted],
    records: Sequence[RunRecord],
    links: Links,
    samples: Sequence[Board],
    viewer: str,
) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from jinja2.utils import htmlsafe_json_dumps
    from markupsafe import Markup

    room = files(__package__)
    environment = Environment(
        loader=PackageLoader(__package__, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    keys = {run.key for board in samples for run in board.runs}
    sampled = frozenset(record.path.name for record in records if run_key(record.path.name) in keys)
    shown = partial(Shown.of, links=links, sampled=sampled)
    environment.globals.update(show=shown, facts=facts, sorted_by=sorted_by, marked=marked)
    script = "\n\n".join(room.joinpath(name).read_text(encoding="utf-8").strip() for name in SCRIPTS)
    return environment.get_template("page.html").render(
        title=TITLE,
        summary=summary(records),
        sections=sections,
        wanted=wanted,
        choices=_choices(sections),
        style=Markup(room.joinpath("style.css").read_text(encoding="utf-8").strip()),
        script=Markup(script),
        # The one script that may run: what a log holds may not, even where it got into the page as HTML.
        trusted=b64encode(sha256(f"\n{script}\n".encode()).digest()).decode("ascii"),
        samples=htmlsafe_json_dumps({"viewer": viewer, "boards": list(map(asdict, samples))}, separators=(",", ":")),
        sampled=bool(samples),
    )


def summary(records: Sequence[RunRecord]) -> str:
    """`12 runs of 3 tasks on 2 models, 2026-11-21 14:05 to 2026-11-21 15:10 UTC.`"""
    if not records:
        return "No runs."
    created = sorted(record.created for record in records)
    counts = (
        _counted(len(records), "run"),
        _counted(len({record.task for record in records}), "task"),
        _counted(len({record.model for record in records}), "model"),
    )
    first, last = begun(created[0]), begun(created[-1])
    when = first if first == last else f"{first} to {last}"
    return f"{counts[0]} of {counts[1]} on {counts[2]}, {when} UTC."


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _choices(sections: Sequence[Section]) -> list[tuple[str, list[str]]]:
    """The values of each fact that rows and figures have, where there is more than one to choose."""
    found: dict[str, set[str]] = {name: set() for name in FILTERS}
    for section in sections:
        holders = [row.facts for table in (*section.tables, *section.folded) for row in table.rows]
        for facts_of in (*holders, *(figure.facts for figure in section.figures)):
            for name in FILTERS:
                found[name] |= {str(facts_of[name])} if facts_of.get(name) not in (None, "") else set()
    return [(name, sorted(values)) for name, values in found.items() if values]
