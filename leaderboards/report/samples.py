"""What the page holds of single samples: every verdict, and the texts of the questions that tell runs apart.

    view = sample_view(sections(load_logs("logs")), Path("logs"), Links.to(records, Path("report.html")))

Verdicts of all questions stand on the page, so that what two runs did differently is counted over all of them. Texts
stand of `MOST_QUESTIONS` on one board: all where there are no more, else some of every way in which one run is right
and another wrong, and some on which each run fails. The page is data to a script that writes it as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, permutations, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.attempt import STORE_KEY as ATTEMPT
from glassbox.harness.records.attempt import Attempt
from glassbox.harness.records.logged import whole_samples
from glassbox.harness.records.prompted import STORE_KEY as PROMPTED
from glassbox.harness.records.prompted import Prompted
from glassbox.harness.records.scored import ScoredSample
from glassbox.leaderboards.board import Section
from glassbox.leaderboards.families.family import Run
from glassbox.leaderboards.report.links import Links

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample
    from inspect_ai.scorer import Score

MOST_QUESTIONS = 200
"""Questions of one board whose texts are on the page."""
MOST_CHARACTERS = 2000
"""Of one text."""
MOST_BYTES = 1_500_000
"""Of all texts together; boards share it."""
RIGHT, WRONG, PARTLY, UNSCORED, NOT_ASKED = "1", "0", "p", "-", "."


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run made of one question: the verdict in words, and texts with their names."""

    verdict: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose texts are shown: its place in the verdicts, and the answers by place of their run."""

    at: int
    id: str
    asked: str
    target: str
    answers: Mapping[int, Answer]


@dataclass(frozen=True, slots=True)
class Asked:
    """A run: how the address calls it, its name, its log, and a letter for each question of its board."""

    key: str
    name: str
    log: str
    viewed: str
    verdicts: str


@dataclass(frozen=True, slots=True)
class Board:
    """Runs that were asked the same questions."""

    title: str
    score: str
    runs: tuple[Asked, ...]
    questions: tuple[Question, ...]


def run_key(log: str) -> str:
    """How the page's address calls the run of this log file: the same on every page that shows it."""
    return sha256(log.encode()).hexdigest()[:8]


def sample_view(sections: Sequence[Section], log_dir: Path, links: Links) -> list[Board]:
    """The boards with their samples; boards without any are left out."""
    shown = [(section, [run for run in section.runs if run.samples]) for section in sections]
    filled = [(section, runs) for section, runs in shown if runs]
    return [_board(section, runs, log_dir, links, MOST_BYTES // len(filled)) for section, runs in filled]


def _board(section: Section, runs: Sequence[Run], log_dir: Path, links: Links, most_bytes: int) -> Board:
    asked = [{(key, one.input): one for key, one in run.samples.asked.items()} if run.samples else {} for run in runs]
    keys = list(dict.fromkeys(chain.from_iterable(asked)))
    verdicts = ["".join(_letter(found.get(key)) for key in keys) for found in asked]
    order = chosen(verdicts, MOST_QUESTIONS)
    wanted = {keys[at][0] for at in order}
    logged = [_first_epochs(run, wanted) for run in runs]
    questions: list[Question] = []
    for at in order:
        key, text = keys[at]
        target = next(found[keys[at]].target for found in asked if keys[at] in found)
        answers = {
            number: _answer(samples[key], section.family.headline)
            for number, (found, samples) in enumerate(zip(asked, logged, strict=True))
            if keys[at] in found and key in samples
        }
        questions.append(Question(at, key, cut(text), cut(target), answers))
        most_bytes -= sum(len(part) for one in answers.values() for _, part in one.texts) + len(text)
        if most_bytes < 0:
            break
    named = [
        Asked(
            run_key(run.record.path.name),
            " · ".join([run.placed.label, *([run.record.model] if section.several_models else [])]),
            links.of({"log": run.record.path.name}),
            _below(run.record.path, log_dir),
            letters,
        )
        for run, letters in zip(runs, verdicts, strict=True)
    ]
    return Board(section.title, section.family.headline, tuple(named), tuple(sorted(questions, key=lambda one: one.at)))


def chosen(verdicts: Sequence[str], most: int) -> list[int]:
    """The questions to show, the most telling first: each pair of runs that differ and each run's failures in turn."""
    every = range(len(verdicts[0]))
    if len(every) <= most:
        return list(every)
    apart = [[at for at in every if (a[at], b[at]) == (RIGHT, WRONG)] for a, b in permutations(verdicts, 2)]
    failed = [[at for at in every if letters[at] == WRONG] for letters in verdicts]
    in_turn = chain.from_iterable(zip_longest(*apart, *failed, every))
    return list(dict.fromkeys(at for at in in_turn if at is not None))[:most]


def _letter(sample: ScoredSample | None) -> str:
    if sample is None:
        return NOT_ASKED
    if not sample.scored:
        return UNSCORED
    return {0.0: WRONG, 1.0: RIGHT}.get(sample.value, PARTLY)


def _first_epochs(run: Run, wanted: set[str]) -> dict[str, EvalSample]:
    found: dict[str, EvalSample] = {}
    for sample in whole_samples(run.record.path):
        if str(sample.id) in wanted:
            found.setdefault(str(sample.id), sample)
    return found


def _answer(sample: EvalSample, headline: str) -> Answer:
    score = _score(sample, headline)
    texts = [(name, cut(text)) for name, text in _texts(sample, score) if text]
    if sample.error:
        texts.append(("error", cut(sample.error.message)))
    return Answer(_verdict(score, headline), tuple(texts))


def _score(sample: EvalSample, headline: str) -> Score | None:
    for name, score in (sample.scores or {}).items():
        if name.rsplit("/", 1)[-1] == headline or (isinstance(score.value, Mapping) and headline in score.value):
            return score
    return None


def _verdict(score: Score | None, headline: str) -> str:
    """`pass`, `wrong`, `parse: no_expression`, or the value of a score that knows no outcomes."""
    if score is None:
        return "not scored"
    known = score.metadata or {}
    if outcome := known.get("outcome"):
        return ": ".join(str(part) for part in (outcome, known.get("failure_kind") or known.get("kind")) if part)
    value = score.value[headline] if isinstance(score.value, Mapping) else score.value
    return {1: "right", 0: "wrong", "C": "right", "I": "wrong"}.get(value, str(value))


def _texts(sample: EvalSample, score: Score | None) -> Iterator[tuple[str, str]]:
    """What was written, what was read from it and what came of that, as far as the log says."""
    known = (score.metadata if score else None) or {}
    if (kept := sample.store.get(ATTEMPT)) is not None:
        attempt = Attempt.model_validate(kept)
        yield "completion", attempt.completion or ""
        yield "program read", attempt.program or ""
        yield "value", "" if attempt.value is None else str(attempt.value)
    elif (kept := sample.store.get(PROMPTED)) is not None:
        for name, target in Prompted.model_validate(kept).targets.items():
            yield f"{name} decoded", target.decoded or "(nothing)"
            if not target.exact:
                yield f"{name} wanted", target.target
    else:
        yield "completion", sample.output.completion
        yield "program read", str(known.get("code") or "")
        yield "failed cases", "\n".join(_failed(known.get("failures")))
        yield "traceback", str(known.get("traceback") or "")
        if score is not None and "code" not in known:
            yield "answer", score.answer or ""
            yield "explanation", score.explanation or ""


def _failed(failures: object) -> Iterator[str]:
    for one in failures[:3] if isinstance(failures, list) else ():
        if isinstance(one, Mapping):
            got = f", got {one['value']}" if one.get("value") else ""
            yield f"{one.get('asked')}: expected {one.get('expected') or 'no error'}{got} ({one.get('outcome')})"


def cut(text: str) -> str:
    """The text, or its beginning and how much more there is."""
    more = len(text) - MOST_CHARACTERS
    return text if more <= 0 else f"{text[:MOST_CHARACTERS]}\n[{more:,} more characters in the log]"


def _below(log: Path, log_dir: Path) -> str:
    """The log as `inspect view --log-dir` names it."""
    try:
        return log.resolve().relative_to(log_dir.resolve()).as_posix()
    except ValueError:
        return log.name
