"""A whole program, with arguments, input, environment and files that exist only here."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from types import ModuleType

from glassbox.harness.sandbox.guest import files, streams
from glassbox.harness.sandbox.guest.candidate import settle
from glassbox.harness.sandbox.guest.wire import packed, received


def run(message: str) -> str:
    """(nonce, source, argv, input, files, output bytes, recursion, folder, environment) -> how it ended.

    The reply holds the status, the files there are now, and what was printed. `argv[0]` names the program: `-c`, `-`,
    or its path.
    """
    nonce, source, argv, text, disk, output_bytes, recursion, folder, environment = received(message)
    settle(output_bytes, recursion, text)
    name = {"-c": "<string>", "-": "<stdin>"}.get(argv[0], argv[0])
    files.mount(disk, folder, folder if name[0] == "<" else os.path.join(folder, os.path.dirname(name)))
    os.environ.update(environment)
    sys.argv = list(argv)
    status = _status(source, name)
    return packed((nonce, "ran", status, files.mounted(), *streams.taken()))


def _status(source: str, name: str) -> int:
    """Run the program as `__main__`; what it would tell the shell."""
    main = ModuleType("__main__")
    main.__dict__["__file__"] = name
    sys.modules["__main__"] = main
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)
    except SystemExit as error:
        return _left(error.code)
    except BaseException as error:
        # The first frame is ours.
        traceback.print_exception(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))
        return 1
    return 0


def _left(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1
