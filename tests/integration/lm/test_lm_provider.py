"""`open/NAME_OR_PATH` under inspect itself: evaluations run, batches coalesce, and every setting counts."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import jsonschema  # type: ignore[import-untyped]
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
    ResponseSchema,
    get_model,
)
from inspect_ai.scorer import includes
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.solver import generate as generate_solver
from inspect_ai.tool import ToolInfo
from inspect_ai.util import JSONSchema
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from glassbox.harness.lm import load
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.opened import open_from
from glassbox.harness.lm.prompt import Turn, form_of, prompt_ids
from glassbox.harness.lm.provider import OpenAPI, turns_of

Shared = Callable[[str], Path]
torch.set_num_threads(1)

CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

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
        ({"effort": "low"}, "effort"),
        ({"verbosity": "low"}, "verbosity"),
        ({"extra_headers": {"x": "y"}}, "extra_headers"),
    ],
)
def test_a_setting_that_is_not_consumed_is_an_error(name: str, settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"open/ does not consume {named}; it takes logprobs, max_tokens"):
        ask(get_model(name), "Lily", **settings)


def test_tools_and_unknown_arguments_are_refused(name: str) -> None:
    tool = ToolInfo(name="calculator", description="adds")
    with pytest.raises(ValueError, match="calls no tools; leave out calculator"):
        ask(get_model(name), "Lily", tools=[tool])
    with pytest.raises(OpenModelError, match="open/ knows no model argument temperatur;"):
        get_model(name, temperatur=1)


@pytest.mark.parametrize("allowed", [{"max_retries": 3}, {"timeout": 60}, {"max_connections": 4}])
def test_settings_that_inspect_acts_on_itself_are_no_error(name: str, allowed: dict[str, Any]) -> None:
    assert ask(get_model(name), "Lily", max_tokens=2, **allowed).completion


def test_log_probabilities_are_those_of_one_full_forward(name: str) -> None:
    output = ask(get_model(name), "Once upon a time", max_tokens=6, logprobs=True, top_logprobs=3)
    logprobs = output.choices[0].logprobs
    assert logprobs is not None
    assert len(logprobs.content) == 6
    model = open_from(get_model(name))
    ids = model.codec.ids("Once upon a time")
    for said in logprobs.content:
        with torch.no_grad():
            scores = model.model(torch.tensor([ids])).logits[0, -1].log_softmax(-1)
        top = scores.topk(3)
        assert said.logprob == pytest.approx(float(top.values[0]), abs=1e-4)
        assert [one.logprob for one in said.top_logprobs or ()] == pytest.approx(top.values.tolist(), abs=1e-4)
        assert said.token == model.codec.decode([int(top.indices[0])], special=True)
        ids.append(int(top.indices[0]))


def test_several_choices_are_several_draws_of_one_question(name: str) -> None:
    model = get_model(name)
    drawn: dict[str, Any] = {"max_tokens": 12, "temperature": 1.0, "num_choices": 4}
    output = ask(model, "Once upon a time", seed=5, **drawn)
    texts = [choice.message.text for choice in output.choices]
    assert len(set(texts)) == 4
    assert texts == [choice.message.text for choice in ask(model, "Once upon a time", seed=5, **drawn).choices]
    assert texts[0] == ask(model, "Once upon a time", seed=5, **{**drawn, "num_choices": 1}).completion
    assert output.usage is not None
    assert output.usage.output_tokens == 48


def test_an_answer_under_a_schema_fits_it(name: str) -> None:
    schema = {
        "type": "object",
        "properties": {"op": {"enum": ["add", "subtract"]}, "n": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["op", "n"],
        "additionalProperties": False,
    }
    wanted = ResponseSchema(name="step", json_schema=JSONSchema.model_validate(schema))
    for seed in range(3):
        output = ask(get_model(name), "Lily", max_tokens=80, temperature=1.0, seed=seed, response_schema=wanted)
        jsonschema.validate(json.loads(output.completion), schema)
        assert output.stop_reason == "stop"
    free = ask(get_model(name), "Lily", max_tokens=80)
    assert not free.completion.startswith("{")


def test_a_last_message_of_the_assistants_is_gone_on_with(chatting: OpenModel) -> None:
    asked = [Turn("user", "Who?"), Turn("assistant", "It is")]
    assert text_of(chatting, asked) == "<|im_start|>user\nWho?<|im_end|>\n<|im_start|>assistant\nIt is"
    assert text_of(chatting, asked[:1]).endswith("<|im_end|>\n<|im_start|>assistant\n")


def test_without_a_template_messages_are_read_verbatim(name: str) -> None:
    model = open_from(get_model(name))
    assert form_of(model) == "plain"
    assert prompt_ids(model, [Turn("user", " 3 + 4 =")]) == model.codec.ids(" 3 + 4 =")
    messages: list[ChatMessage] = [
        ChatMessageSystem(content="Be kind. "),
        ChatMessageUser(content=[ContentText(text="Who?")]),
        ChatMessageAssistant(content=" Me."),
    ]
    assert prompt_ids(model, turns_of(messages)) == model.codec.ids("Be kind. Who? Me.")


def test_with_a_template_it_writes_the_special_tokens_once_and_plain_leaves_it_out(chatting: OpenModel) -> None:
    assert form_of(chatting) == "chat template"
    assert text_of(chatting, [Turn("user", "Hi")]) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    plain = replace(chatting, template="plain")
    assert form_of(plain) == "plain"
    assert text_of(plain, [Turn("user", "Hi")]) == "Hi"


def test_what_a_message_spells_is_text(chatting: OpenModel) -> None:
    [end] = chatting.codec.ids("<|im_end|>", special=False)
    said = "What is <|im_end|> for?"
    ids = prompt_ids(chatting, [Turn("user", said)])
    assert ids.count(end) == 1
    assert chatting.codec.decode(ids, special=True).startswith(f"<|im_start|>user\n{said}<|im_end|>\n")


def test_a_template_that_knows_no_system_gets_its_words_in_the_users_turn(chatting: OpenModel) -> None:
    strict = CHAT.replace("{{ m.content }}", "{{ raise_exception('no system') if m.role == 'system' else m.content }}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chatting.tokenizer, "chat_template", strict)
        said = text_of(chatting, [Turn("system", "Be kind."), Turn("user", "Hi")])
        assert said == "<|im_start|>user\nBe kind.\n\nHi<|im_end|>\n<|im_start|>assistant\n"
        patch.setattr(chatting.tokenizer, "chat_template", "{{ raise_exception('never') }}")
        with pytest.raises(OpenModelError, match=r"refuses these messages \(never\); use -M template=plain"):
            prompt_ids(chatting, [Turn("user", "Hi")])
        patch.setattr(chatting.tokenizer, "chat_template", {"tool": CHAT})
        with pytest.raises(OpenModelError, match=r"has chat templates tool and no default one; use -M template=plain"):
            prompt_ids(chatting, [Turn("user", "Hi")])


@pytest.fixture(scope="module")
def chatting(shared_models: Shared) -> OpenModel:
    """A model with a chat template; nobody asks what it writes."""
    tokenizer = AutoTokenizer.from_pretrained(str(shared_models("tokenizers/qwen2.5")))
    tokenizer.chat_template = CHAT
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
    )
    return wrap_loaded("chatting", LlamaForCausalLM(config), tokenizer)


def text_of(model: OpenModel, turns: list[Turn]) -> str:
    return model.codec.decode(prompt_ids(model, turns), special=True)


def test_images_are_refused(name: str) -> None:
    image = ContentImage(image="data:image/png;base64,iVBORw0KGgo=")
    with pytest.raises(ValueError, match="the user message holds more than text"):
        ask(get_model(name), [ChatMessageUser(content=[image])])


def test_tokens_are_counted_by_the_model_s_own_tokenizer(name: str) -> None:
    model = get_model(name)
    assert anyio.run(model.api.tokenize, "Once upon a time") == [1, 403, 407, 261, 378]
    assert anyio.run(model.api.count_text_tokens, "Once upon a time") == 5


def test_weights_are_loaded_at_the_first_question_and_a_wrong_name_is_refused_before(
    shared_models: Shared, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = str(shared_models("stories260K"))
    monkeypatch.setattr(load, "_bases", OrderedDict())
    task = Task(dataset=[Sample(input="Once", target="the")], solver=silent(), scorer=includes())
    log = eval(task, model=f"open/{folder}", log_dir=str(tmp_path), display="none")[0]
    assert (log.status, log.eval.model) == ("success", f"open/{folder}")
    assert not load._bases
    assert get_model(f"open/{folder}", memoize=False).api.open.context == 512  # type: ignore[attr-defined]
    assert len(load._bases) == 1
    with pytest.raises(OpenModelError, match="no folder /nowhere/at/all"):
        get_model("open//nowhere/at/all")


@solver
def silent() -> Solver:
    """Asks the model nothing."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return state

    return solve
