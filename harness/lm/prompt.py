"""What a model reads for a conversation: its chat template's text where it has one, the bare texts where it has none.

    prompt_ids(model, [Turn("user", "What is 2 plus 3?")])
    prompt_ids(replace(model, template="plain"), ...)          # the texts alone, whatever the tokenizer has

One way for the provider, for solvers that call the model themselves and for lm-eval, so that a prompt has the same
tokens by every road. What a message spells is text: only the template writes special tokens.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from glassbox.harness.lm.errors import OpenModelError

if TYPE_CHECKING:
    from glassbox.harness.lm.model import OpenModel

Template = Literal["auto", "plain"]
TEMPLATES: tuple[Template, ...] = ("auto", "plain")
Form = Literal["chat template", "plain"]


@dataclass(frozen=True)
class Turn:
    """One message: who speaks (`system`, `user`, `assistant`), and what is said."""

    role: str
    content: str


def form_of(model: OpenModel) -> Form:
    """How this model is prompted: by its chat template, or with the bare texts.

    Raises:
      OpenModelError: It has several templates and none of them is its default.
    """
    return "plain" if model.template == "plain" or _template(model) is None else "chat template"


def prompt_ids(model: OpenModel, turns: Sequence[Turn]) -> list[int]:
    """Tokens of a conversation, up to where the model is to go on.

    Plain texts follow each other with nothing between, so a single message is its text verbatim. A last turn of the
    assistant is gone on with, not closed.

    Raises:
      OpenModelError: The template refuses the conversation.
    """
    if form_of(model) == "plain":
        return model.codec.ids("".join(turn.content for turn in turns))
    text, contents = chat_text(model, turns, turns[-1].role == "assistant"), [turn.content for turn in turns]
    if not any(name in content for name in model.codec.special_names for content in contents):
        return model.codec.ids(text, special=False)
    return list(itertools.chain.from_iterable(_pieces(model, text, contents)))


def chat_text(model: OpenModel, turns: Sequence[Turn], goes_on: bool) -> str:
    """A conversation as the template writes it; the system's words go into the user's turn where it knows no system.

    Args:
      model: Whose template; it must have one.
      turns: The conversation.
      goes_on: Whether the last turn is to be gone on with; otherwise the assistant's is opened.

    Raises:
      OpenModelError: There is no template, or it refuses the conversation.
    """
    from jinja2 import TemplateError

    template = _template(model)
    apply: Any = model.tokenizer.apply_chat_template
    if template is None:
        raise OpenModelError(f"{model.name} has no chat template; show it its prompts as they are")

    def written(said: Sequence[Turn]) -> str:
        # Turns of plain prompts end in the white space that parts them; the template has marks of its own for that.
        messages = [{"role": turn.role, "content": turn.content.strip()} for turn in said[:-1]]
        messages.append({"role": said[-1].role, "content": said[-1].content})
        more = {"add_generation_prompt": not goes_on, "continue_final_message": goes_on}
        return str(apply(messages, chat_template=template, tokenize=False, **more))

    refused: TemplateError | None = None
    for form in (list(turns), _without_system(turns)):
        try:
            return written(form)
        except TemplateError as error:
            refused = refused or error
    raise OpenModelError(
        f"the chat template of {model.name} refuses these messages ({refused}); use -M template=plain"
    ) from refused


def _without_system(turns: Sequence[Turn]) -> list[Turn]:
    system = "\n\n".join(turn.content for turn in turns if turn.role == "system")
    others = [turn for turn in turns if turn.role != "system"]
    first = next((at for at, turn in enumerate(others) if turn.role == "user"), None)
    if not system or first is None:
        return list(turns)
    others[first] = replace(others[first], content=f"{system}\n\n{others[first].content}")
    return others


def _template(model: OpenModel) -> str | None:
    found = getattr(model.tokenizer, "chat_template", None)
    if isinstance(found, Mapping):
        if "default" not in found:
            raise OpenModelError(
                f"{model.name} has chat templates {', '.join(found)} and no default one; use -M template=plain"
            )
        found = found["default"]
    return None if found is None else str(found)


def _pieces(model: OpenModel, text: str, contents: Iterable[str]) -> Iterable[list[int]]:
    """The tokens of the template's own text and of each content apart, so that a content's letters stay letters."""
    at = 0
    for content in contents:
        found = text.find(content, at)
        if found < 0:  # some templates trim what they are given
            content = content.strip()
            found = text.find(content, at)
        if content and found >= 0:
            yield model.codec.ids(text[at:found], special=False)
            yield model.codec.letters(content)
            at = found + len(content)
    yield model.codec.ids(text[at:], special=False)
