"""Command lines whose misspelt words are answered with the one that was likely meant.

parser = Parser(prog="glassbox eval")
parser.parse_args(["--solvr", "gold"])     # glassbox eval: ... --solvr; did you mean --solver?
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from glassbox.harness.cli.spelling import meant

_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Parser(argparse.ArgumentParser):
    """As argparse's own, but a usage error is one line and exit status 2."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; the words are kept for an error's sake."""
        self._words: Sequence[str] = list(args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, what was likely meant and where help is."""
        self.exit(2, f"{self.prog}: {message}; {self._way_out(message)}\n")

    def _way_out(self, message: str) -> str:
        found = _CHOICE.search(message)
        if found:
            return self._or_help(meant(found[1], re.findall(r"[^',\s]+", found[2])))
        for word in self._unknown():
            if close := meant(word, self._option_string_actions):
                return self._or_help(close if word in message else f"there is no {word}, {close}")
        return self._or_help("")

    def _unknown(self) -> list[str]:
        options = [word.partition("=")[0] for word in self._words if word.startswith("--")]
        return [word for word in options if not any(one.startswith(word) for one in self._option_string_actions)]

    def _or_help(self, close: str) -> str:
        return close.rstrip() or f"see {self.prog} --help"
