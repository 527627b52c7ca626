"""The `glassbox` command: finds the subcommand, runs it, and turns a user's error into one line.

    glassbox --help
    glassbox models list

Exit status: 0 done, 1 the command's own "no" (a check that failed), 2 a user's error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from glassbox.harness.cli.commands import about, add_debug, commands, prepared
from glassbox.harness.cli.encoding import fit_streams
from glassbox.harness.cli.faults import line_of
from glassbox.harness.cli.parser import Parser
from glassbox.harness.cli.spelling import meant

DISTRIBUTION = "glassbox-evals"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (the process's own by default) and return the exit status."""
    fit_streams()
    given = list(sys.argv[1:] if argv is None else argv)
    at = next((index for index, word in enumerate(given) if not word.startswith("-")), len(given))
    options = _options().parse_args(given[:at])
    if options.version:
        print(f"glassbox {version()}")
        return 0
    if at == len(given):
        _options().print_help()
        return 0 if not given else 2
    name = given[at]
    if name == "help":
        return main([*given[at + 1 : at + 2], "--help"])
    if name not in commands():
        return _refuse(_unknown(name))
    return _run(name, given[at + 1 :], debug=options.debug)


def version() -> str:
    """The installed version."""
    from importlib import metadata

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return f"(not installed; pip install {DISTRIBUTION})"


def _options() -> argparse.ArgumentParser:
    known = commands()
    width = max(map(len, known))
    listing = "\n".join(f"  {name:<{width}}  {about(entry)}" for name, entry in known.items())
    parser = Parser(
        prog="glassbox",
        usage="glassbox [--help] [--version] [--debug] COMMAND ...",
        description="Evaluate methods that work inside a language model, beside the text pipelines they replace.",
        epilog=f"commands:\n{listing}\n\n`glassbox COMMAND --help` describes one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    add_debug(parser)
    return parser


def _unknown(name: str) -> str:
    way_out = meant(name, commands()).rstrip() or f"there are {', '.join(commands())}"
    return f"no command {name!r}; {way_out}"


def _run(name: str, arguments: Sequence[str], *, debug: bool) -> int:
    debug = debug or "--debug" in arguments
    try:
        status = prepared(name, [word for word in arguments if word != "--debug"])()
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("glassbox: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _close_stdout()  # the reader of our output went away (`| head`)
        return 0
    except Exception as error:  # what is no user's error is raised again
        line = None if debug else line_of(error)
        if line is None:
            raise
        status = _refuse(line)
        if isinstance(error, OSError) and error.filename is None:
            _close_stdout()  # it may be what is full
        return status


def _close_stdout() -> None:
    """What is left to write goes nowhere; Python would complain once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(line: str) -> int:
    print(f"glassbox: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
