"""What README, CONTRIBUTING and docs/ point at is there: files, headings, commands, tasks, solvers, flags."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import add_debug, commands
from glassbox.harness.plugins.registered import find

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("baselines/**/README.md")]
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
STARTS = ("glassbox ", "inspect eval ")
PLACEHOLDER = re.compile(r"[A-Z_]+|\.\.\.|\$.*|.*[|{].*")
"""Names in capitals, ellipses, shell variables and alternatives stand for something that the reader puts in."""

INSPECTS_OWN = {"generate"}


def commands_in(text: str) -> Iterator[list[str]]:
    """Every command line of ours, in fences and in spans, as words."""
    fenced = [
        line for language, body in FENCE.findall(text) if language in ("", "bash", "sh") for line in body.splitlines()
    ]
    for line in [*fenced, *SPAN.findall(FENCE.sub("", text))]:
        for part in re.split(r"&&|;|(?<!\w)\|(?!\w)", line):
            words = shlex.split(part, comments=True) if part.count('"') % 2 == 0 and part.count("'") % 2 == 0 else []
            if " ".join(words).startswith(STARTS):
                yield words


def faults(words: list[str]) -> list[str]:
    """What of a command line does not exist."""
    return _inspects(words[2:]) if words[0] == "inspect" else _ours(words[1:])


def _ours(words: list[str]) -> list[str]:
    name, *rest = words
    if PLACEHOLDER.fullmatch(name) or name in ("help", "--help", "--version", "-V"):
        return []
    if name not in commands():
        return [f"no command {name}"]
    module = commands()[name].load()
    if hasattr(module, "hand_over"):
        return []
    parser = argparse.ArgumentParser()
    add_debug(parser)
    module.add_arguments(parser)
    known = _options(parser)
    found = [f"glassbox {name} takes no {flag}" for flag in _flags(rest) if flag not in known]
    if name == "eval":
        tasks = [rest[0]] if rest and not rest[0].startswith("-") else []
        found += _named(tasks, _after(rest, "--solver"), rest)
    return found


def _inspects(words: list[str]) -> list[str]:
    targets = [*words[: next((at for at, word in enumerate(words) if word.startswith("-")), len(words))]]
    tasks = []
    found = []
    for target in targets:
        file, at, task = target.partition("@")
        if not file.endswith(".py"):
            tasks.append(target)
        elif not (ROOT / file).is_file() and "/" in file:
            found.append(f"no file {file}")
        elif at:
            tasks.append(task)
    return found + _named(tasks, _after(words, "--solver"), words)


def _named(tasks: list[str], solvers: list[str], words: list[str]) -> list[str]:
    """Tasks and solvers that do not exist, and arguments that none of them takes."""
    found = []
    makers: dict[str, list[set[str]]] = {"-T": [], "-S": []}
    for kind, flag, names in (("task", "-T", tasks), ("solver", "-S", solvers)):
        for name in names:
            if PLACEHOLDER.fullmatch(name) or name in INSPECTS_OWN:
                continue
            try:
                makers[flag].append(set(inspect.signature(find(kind, name).make).parameters))  # type: ignore[arg-type]
            except ValueError as error:
                found.append(str(error))
    for flag, taken in makers.items():
        given = [word.partition("=")[0] for before, word in pairwise(words) if before == flag]
        found += [
            f"{flag} {name} is taken by none of these" for name in given if taken and name not in set.union(*taken)
        ]
    return found


def _after(words: list[str], flag: str) -> list[str]:
    if flag not in words:
        return []
    rest = words[words.index(flag) + 1 :]
    return rest[: next((at for at, word in enumerate(rest) if word.startswith("-")), len(rest))]


def _flags(words: list[str]) -> list[str]:
    return [word.partition("=")[0] for word in words if re.match(r"--?[A-Za-z]", word)]


def _options(parser: argparse.ArgumentParser) -> set[str]:
    """Options of a parser and of its subcommands."""
    found = {"--help", "-h"}
    for action in parser._actions:
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for child in action.choices.values() for option in _options(child)}
    return found


@cache
def headings(page: Path) -> set[str]:
    """Anchors that a Markdown renderer gives a page's headings."""
    lines = re.findall(r"^#+ +(.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    lost = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if target.startswith(("http://", "https://")):
            continue
        if not file.exists() or (anchor and anchor not in headings(file)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_tasks_solvers_and_flags_exist(page: Path) -> None:
    wrong = {" ".join(words): found for words in commands_in(page.read_text("utf-8")) if (found := faults(words))}
    assert wrong == {}


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in LINK.findall(index)}
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {ROOT / "docs/README.md"} <= linked


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("glassbox leaderbord", "no command leaderbord"),
        ("glassbox compare A B --runns 3", "glassbox compare takes no --runns"),
        ("glassbox models lst --modle arith", "glassbox models takes no --modle"),
        ("glassbox eval ir_arithm --solver gold", "there is no task 'ir_arithm'; did you mean ir_arith?"),
        ("glassbox eval ir_arith --solver ir_heat null", "there is no solver 'ir_heat'; did you mean ir_head?"),
        ("glassbox eval ir_arith --solver ir_head -S hed=pointer", "-S hed is taken by none of these"),
        ("inspect eval tasks/ir_arit.py --solver gold", "no file tasks/ir_arit.py"),
        ("inspect eval tasks/ir_arith.py@ir_looop --solver gold", "there is no task 'ir_looop'; did you mean ir_loop?"),
        ("inspect eval glassbox/ir_arith -T splitt=iid", "-T splitt is taken by none of these"),
    ],
)
def test_a_line_that_names_what_is_not_there_is_found(line: str, fault: str) -> None:
    (words,) = commands_in(f"```\n{line}   # why\n```")
    assert faults(words) == [fault]
