"""Which errors are told in one line: a user's own, the machine's (no space, no permission), and those of plug-ins.

line_of(error)      # None where the fault is ours: then a traceback is what helps
"""

from __future__ import annotations

from glassbox.harness.plugins.entries import PACKAGE, blamed, top_of


def line_of(error: Exception) -> str | None:
    """What to tell the user, or None where the error is a fault of ours."""
    if isinstance(error, ValueError) and is_users(error):
        return _one_line(str(error))
    entry = blamed(error)
    if entry is not None:
        package = entry.dist.name if entry.dist else top_of(entry.module)
        said = _one_line(f"{type(error).__name__}: {error}")
        return f"plug-in {entry.name} of {package} failed, {said}; --debug shows where; mend or uninstall {package}"
    if isinstance(error, OSError) and error.errno is not None:
        what = f"{error.filename}: " if error.filename else ""
        return f"{what}{error.strerror}; free, allow or name another place" if what else f"{error.strerror}"
    return None


def is_users(error: ValueError) -> bool:
    """Whether the project itself raised it to tell the user something; a library's ValueError is a fault of ours."""
    if type(error) is not ValueError:
        return top_of(type(error).__module__) == PACKAGE
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    raised_in = str(innermost.tb_frame.f_globals.get("__name__", "")) if innermost else ""
    return top_of(raised_in) == PACKAGE


def _one_line(text: str) -> str:
    return " ".join(text.split())
