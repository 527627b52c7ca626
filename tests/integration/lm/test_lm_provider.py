"""`open/NAME_OR_PATH` under inspect itself: evaluations run, batches coalesce, and every setting counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
import torch
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentImage,
    ContentText,
    GenerateConfig,
    Model,
    get_model,
)
from inspect_ai.scorer import includes
from inspect_ai.solver import generate as generate_solver
from inspect_ai.tool import ToolInfo
from transformers import AutoTokenizer

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.provider import OpenAPI, prompt_text

Shared = Callable[[str], Path]
torch.set_num_threads(1)

NAMES = ["Lily", "Tom", "Ben", "Anna", "Sam", "Mia", "Max", "Sue", "Tim", "Amy"]
PROMPTS = [f"Once upon a time, {name} {verb}" for name in NAMES for verb in ("saw a", "went to the")]


@pytest.fixture
def name(shared_models: Shared) -> str:
    return f"open/{shared_models('stories260K')}"


def run_task(model: str | Model, logs: Path, **settings: Any) -> EvalLog:
    task = Task(
        dataset=[Sample(input=prompt, target="the") for prompt in PROMPTS],
        solver=generate_solver(),
        scorer=includes(),
    )
    log = eval(task, model=model, log_dir=str(logs), display="none", max_tokens=24, **settings)[0]
    assert log.status == "success", log.error
    return log


def completions(log: EvalLog) -> list[str]:
    assert log.samples is not None
    return [sample.output.completion for sample in log.samples]


def test_an_evaluation_of_twenty_samples_shares_forwards_and_gives_each_its_own_answer(
    name: str, tmp_path: Path, shared_models: Shared
) -> None:
    log = run_task(name, tmp_path)
    model = open_model(str(shared_models("stories260K")))
    alone = [generate(model, [prompt], max_tokens=24)[0] for prompt in PROMPTS]
    assert completions(log) == [answer.text for answer in alone]
    assert log.samples is not None
    batches = []
    for sample, answer in zip(log.samples, alone, strict=True):
        usage = sample.output.usage
        assert usage is not None
        assert (usage.input_tokens, usage.output_tokens) == (answer.prompt_tokens, answer.generated_tokens)
        assert usage.total_tokens == answer.prompt_tokens + answer.generated_tokens
        assert sample.output.stop_reason == "max_tokens"
        assert sample.output.time is not None
        assert sample.output.metadata is not None
        assert sample.output.metadata["forward_passes"] == 24
        batches.append(sample.output.metadata["batch"])
    assert max(batches) > 1
    assert sum(1 / batch for batch in batches) <= 10, "at most ten calls for twenty samples"


def test_two_evaluations_in_one_process_give_the_same(name: str, tmp_path: Path) -> None:
    model = get_model(name)
    assert completions(run_task(model, tmp_path)) == completions(run_task(model, tmp_path))


def test_model_arguments_reach_the_model(name: str, tmp_path: Path) -> None:
    model = get_model(name, device="cpu", dtype="bfloat16", max_batch=3, stop_ids=[1])
    assert isinstance(model.api, OpenAPI)
    assert model.api.open.dtype == torch.bfloat16
    assert model.api.max_connections() == 3
    log = run_task(model, tmp_path)
    assert log.samples is not None
    assert max((sample.output.metadata or {})["batch"] for sample in log.samples) <= 3


def ask(model: Model, text: str | list[Any], tools: list[ToolInfo] | None = None, **settings: Any) -> Any:
    async def run() -> Any:
        return await model.generate(text, tools=tools or [], config=GenerateConfig(**settings))

    return anyio.run(run)


def test_stop_sequences_stop_ids_and_budget_become_stop_reasons(name: str) -> None:
    model = get_model(name, stop_ids=1)
    stopped = ask(model, "Once upon a time", stop_seqs=[" named"], max_tokens=50)
    assert (stopped.completion, stopped.stop_reason) == (", there was a little girl", "stop")
    assert ask(model, "Once upon a time", max_tokens=400).stop_reason == "stop"
    assert ask(model, "Once upon a time", max_tokens=5).stop_reason == "max_tokens"
    endless = get_model(name, stop_ids=[])
    assert ask(endless, "Once upon a time").stop_reason == "model_length"


def test_a_seed_makes_sampling_repeatable_within_any_batch(name: str, tmp_path: Path) -> None:
    settings = {"temperature": 1.0, "top_p": 0.9, "seed": 11}
    first = completions(run_task(get_model(name, max_batch=64, memoize=False), tmp_path, **settings))
    second = completions(run_task(get_model(name, max_batch=3, memoize=False), tmp_path, **settings))
    unseeded = completions(run_task(name, tmp_path, temperature=1.0, top_p=0.9))
    assert first == second
    assert first != unseeded


def test_requests_with_different_settings_share_a_queue_but_not_their_settings(name: str) -> None:
    model = get_model(name)

    async def run() -> list[str]:
        texts = [""] * 6

        async def one(index: int, config: GenerateConfig) -> None:
            texts[index] = (await model.generate("Once upon a time", config=config)).completion

        async with anyio.create_task_group() as group:
            for index in range(6):
                group.start_soon(one, index, GenerateConfig(max_tokens=4 + 4 * (index % 2)))
        return texts

    texts = anyio.run(run)
    assert texts == [", there was a", ", there was a little girl"] * 3


def test_one_prompt_that_does_not_fit_fails_alone(name: str) -> None:
    model = get_model(name)

    async def run() -> tuple[list[str], list[str]]:
        answers: list[str] = []
        errors: list[str] = []

        async def one(prompt: str) -> None:
            try:
                answers.append((await model.generate(prompt, config=GenerateConfig(max_tokens=5))).completion)
            except ValueError as error:
                errors.append(str(error))

        async with anyio.create_task_group() as group:
            for prompt in ["Lily", "word " * 600, "Tom", "Ben"]:
                group.start_soon(one, prompt)
        return answers, errors

    answers, errors = anyio.run(run)
    assert len(answers) == 3
    assert len(errors) == 1
    assert "leave no room in the context" in errors[0]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"top_k": 5}, "top_k"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"logprobs": True}, "logprobs"),
        ({"num_choices": 3}, "num_choices"),
    ],
)
def test_a_setting_that_is_not_consumed_is_an_error(name: str, settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"open/ does not consume {named}; it takes max_tokens"):
        ask(get_model(name), "Lily", **settings)


def test_tools_and_unknown_arguments_are_refused(name: str) -> None:
    tool = ToolInfo(name="calculator", description="adds")
    with pytest.raises(ValueError, match="calls no tools; leave out calculator"):
        ask(get_model(name), "Lily", tools=[tool])
    with pytest.raises(OpenModelError, match="open/ knows no model argument temperatur;"):
        get_model(name, temperatur=1)


def test_without_a_template_messages_are_read_verbatim(shared_models: Shared) -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(shared_models("stories260K")))
    assert prompt_text(tokenizer, [ChatMessageUser(content=" 3 + 4 =")]) == (" 3 + 4 =", True)
    turns: list[ChatMessage] = [
        ChatMessageSystem(content="Be kind. "),
        ChatMessageUser(content=[ContentText(text="Who?")]),
        ChatMessageAssistant(content=" Me."),
    ]
    assert prompt_text(tokenizer, turns) == ("Be kind. Who? Me.", True)


def test_with_a_template_it_writes_the_special_tokens_once(shared_models: Shared) -> None:
    tokenizer = AutoTokenizer.from_pretrained(str(shared_models("tokenizers/qwen2.5")))
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    text, special = prompt_text(tokenizer, [ChatMessageUser(content="Hi")])
    assert text == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    assert special is False


def test_images_are_refused(name: str) -> None:
    image = ContentImage(image="data:image/png;base64,iVBORw0KGgo=")
    with pytest.raises(ValueError, match="the user message holds more than text"):
        ask(get_model(name), [ChatMessageUser(content=[image])])


def test_tokens_are_counted_by_the_model_s_own_tokenizer(name: str) -> None:
    model = get_model(name)
    assert anyio.run(model.api.tokenize, "Once upon a time") == [1, 403, 407, 261, 378]
    assert anyio.run(model.api.count_text_tokens, "Once upon a time") == 5
