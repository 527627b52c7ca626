"""Arguments of a task or solver on a command line: `-T NAME=VALUE` and `-S NAME=VALUE`, read as inspect reads them.

    given = parsed(["n=5", "split=word_problems"], "-T")     # {"n": 5, "split": "word_problems"}
    fitting(ir_arith, given)                                 # the values as the maker's annotations want them

    @solver
    @checked
    def ir_head(head: HeadKind = "pointer", epochs: AtLeastOne = 6) -> Solver: ...

What does not fit is refused before anything runs, in one line that says what is allowed. `checked` makes a factory say
so itself, whoever calls it: inspect shows a `PrerequisiteError` as one line, and anything else as a traceback.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, get_args, get_origin

from pydantic import ConfigDict, Field, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError

from glassbox.harness.cli.spelling import meant

P = ParamSpec("P")
Made = TypeVar("Made")

AtLeastOne = Annotated[int, Field(ge=1)]
AtLeastNone = Annotated[int, Field(ge=0)]

_FROM_A_LINE = (bool, int, float, str, list, dict, type(None))
_LENIENT = ConfigDict(coerce_numbers_to_str=True, arbitrary_types_allowed=True)


class BadArgument(ValueError):
    """An argument that a task or solver does not take; the message says what it takes."""


def parsed(pairs: Sequence[str], flag: str) -> dict[str, Any]:
    """Values by name, each read as YAML; a comma in plain text makes a list, and a dash in a name is an underscore.

    Raises:
      BadArgument: One is not NAME=VALUE, or its value is broken YAML.
    """
    import yaml  # type: ignore[import-untyped]

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise BadArgument(f"{flag} {pair} is not NAME=VALUE")
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise BadArgument(f"{flag} {pair}: the value is broken YAML; put it in quotes") from error
        found[name.replace("-", "_")] = value.split(",") if isinstance(value, str) and "," in value else value
    return found


def known(name: str, names: Collection[str], owner: str) -> None:
    """Refuse a name that is none of these.

    Raises:
      BadArgument: With the name that was likely meant.
    """
    if name not in names:
        raise BadArgument(
            f"{owner} takes no argument {name!r}; {meant(name, names)}it takes {', '.join(names) or 'none'}"
        )


def fitting(maker: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the maker's annotations want them: `5` for `5.0`, `0.001` for `1e-3`.

    What no command line can give, such as a function, passes unseen.

    Raises:
      BadArgument: A name is unknown, or a value is none of those allowed.
    """
    owner = getattr(maker, "__name__", str(maker))
    parameters = inspect.signature(maker).parameters
    for name in given:
        known(name, parameters, owner)
    annotations = {name: one.annotation for name, one in inspect.signature(maker, eval_str=True).parameters.items()}
    return {name: _fitted(owner, name, value, annotations[name]) for name, value in given.items()}


def _fitted(owner: str, name: str, value: Any, annotation: Any) -> Any:
    if annotation is inspect.Parameter.empty or not isinstance(value, _FROM_A_LINE):
        return value
    try:
        adapter = TypeAdapter(annotation, config=_LENIENT)
    except PydanticUserError:  # a model's own type, which settles by itself what it takes
        adapter = TypeAdapter(annotation)
    except PydanticSchemaGenerationError:
        return value
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        raise BadArgument(f"{owner}: {name}={_shown(value)} {_reason(value, annotation, error)}") from error


def _reason(value: Any, annotation: Any, error: ValidationError) -> str:
    allowed = [str(word) for word in _words(annotation)]
    others = [_plain(fault["msg"]) for fault in error.errors() if fault["type"] != "literal_error"]
    if allowed and others and not isinstance(value, str):
        return f"{' or '.join(dict.fromkeys(others))}, or be {', '.join(allowed)}"
    if allowed:
        return f"is none of {', '.join(allowed)}" + (
            f"; {meant(value, allowed)}".rstrip("; ") if isinstance(value, str) else ""
        )
    return " or ".join(dict.fromkeys(_plain(fault["msg"]) for fault in error.errors()))


def _words(annotation: Any) -> list[Any]:
    """Values that literals of an annotation allow."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for part in get_args(annotation) for word in _words(part)]


def _plain(message: str) -> str:
    return message.removeprefix("Input ").removeprefix("Value error, ").partition(", unable to")[0]


def _shown(value: Any) -> Any:
    """As it was written on the line."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else value


def checked(maker: Callable[P, Made]) -> Callable[P, Made]:
    """A factory that refuses what it does not take in one line, by every door that it is called through."""

    @functools.wraps(maker)
    def make(*args: P.args, **kwargs: P.kwargs) -> Made:
        from glassbox.harness.cli.faults import is_users

        try:
            return maker(*args, **fitting(maker, kwargs))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise _for_inspect(
                BadArgument(f"{maker.__name__}: {where}={_shown(first['input'])} {_plain(first['msg'])}")
            ) from error
        except ValueError as error:
            if not is_users(error):
                raise
            raise _for_inspect(error) from error

    return make


def _for_inspect(error: ValueError) -> ValueError:
    """The same error, and one that inspect shows as a line."""
    from inspect_ai._util.error import PrerequisiteError  # inspect-evals-lint: ignore[IECQ001] -- no public name
    from rich.markup import escape

    kind = type(type(error).__name__, (PrerequisiteError, type(error)), {"__module__": __name__})
    found: ValueError = kind.__new__(kind, *error.args)
    found.__dict__.update(error.__dict__, message=escape(str(error)))
    return found
