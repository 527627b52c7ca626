"""Generation: a row's text is its own, whatever the batch; stops, budgets and counts are exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from open_models import CONTEXT, RANDOM, random_model, rows_of

from glassbox.harness.lm.generate import Generation, generate
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.model import OpenModel

Shared = Callable[[str], Path]
PROMPTS = ("Once upon a time", "Lily", "The big dog and the small cat went to", "One day, Tim", "A")


@pytest.fixture
def stories(shared_models: Shared) -> OpenModel:
    return open_model(str(shared_models("stories260K")), device="cpu")


def greedy_by_hand(model: OpenModel, row: Sequence[int], steps: int) -> list[int]:
    """One full forward a token: no cache, no batch, no library decoder."""
    ids = list(row)
    with torch.no_grad():
        for _ in range(steps):
            ids.append(int(model.model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, -1].argmax()))
    return ids[len(row) :]


def without_batch(answer: Generation) -> tuple[object, ...]:
    return answer.tokens, answer.text, answer.stop_reason, answer.prompt_tokens, answer.generated_tokens


def test_greedy_decoding_tells_a_story(stories: OpenModel) -> None:
    answer = generate(stories, ["Once upon a time"], max_tokens=11, stop_ids=[1])[0]
    assert answer.text == ", there was a little girl named Lily."
    assert (answer.stop_reason, answer.prompt_tokens, answer.generated_tokens) == ("length", 5, 11)
    assert (answer.forward_passes, answer.batch) == (11, 1)


def test_batched_equals_unbatched_greedy(stories: OpenModel) -> None:
    together = generate(stories, PROMPTS, max_tokens=40)
    alone = [generate(stories, [prompt], max_tokens=40)[0] for prompt in PROMPTS]
    assert [without_batch(answer) for answer in together] == [without_batch(answer) for answer in alone]
    assert {answer.batch for answer in together} == {5}


@pytest.mark.parametrize("architecture", RANDOM)
def test_batched_greedy_equals_one_full_forward_a_token(architecture: str) -> None:
    model = random_model(architecture)
    rows = rows_of(model, (3, 9, 1, 6))
    answers = generate(model, rows, max_tokens=8, stop_ids=[])
    assert [list(answer.tokens) for answer in answers] == [greedy_by_hand(model, row, 8) for row in rows]


def test_more_prompts_than_a_batch_holds_are_split_and_keep_their_order(stories: OpenModel) -> None:
    together = generate(stories, PROMPTS, max_tokens=6)
    split = generate(stories, PROMPTS, max_tokens=6, max_batch=2)
    assert [without_batch(answer) for answer in split] == [without_batch(answer) for answer in together]
    assert {answer.batch for answer in split} == {1, 2}


def test_a_stop_token_ends_its_row_only_and_is_kept(stories: OpenModel) -> None:
    free = generate(stories, PROMPTS, max_tokens=30, stop_ids=[])
    full_stop = stories.codec.ids(".", special=False)[-1]
    stopped = generate(stories, PROMPTS, max_tokens=30, stop_ids=[full_stop])
    for before, after in zip(free, stopped, strict=True):
        cut = before.tokens.index(full_stop) + 1
        assert after.tokens == before.tokens[:cut]
        assert after.generated_tokens == cut
        assert after.stop_reason == "stop"
        assert before.text.startswith(after.text + ".")
    assert len({answer.generated_tokens for answer in stopped}) > 1
    assert [answer.forward_passes for answer in stopped] == [answer.generated_tokens for answer in stopped]


def test_stories_end_at_id_one_which_the_configuration_does_not_say(stories: OpenModel) -> None:
    assert stories.stop_ids == (2,)
    ended = generate(stories, ["Once upon a time"], max_tokens=500, stop_ids=[1])[0]
    assert (ended.stop_reason, ended.tokens[-1]) == ("stop", 1)
    assert ended.text.endswith('You are a good friend."')


@pytest.mark.parametrize("stop", [" named", "e girl n", ".\nLily"])
def test_a_stop_string_ends_the_text_before_it_even_across_tokens(stories: OpenModel, stop: str) -> None:
    free = generate(stories, PROMPTS, max_tokens=60, stop_ids=[])
    stopped = generate(stories, PROMPTS, max_tokens=60, stop=[stop], stop_ids=[])
    assert stop in free[0].text
    for before, after in zip(free, stopped, strict=True):
        assert after.text == before.text.split(stop)[0]
        assert after.stop_reason == ("stop" if stop in before.text else "length")
        assert after.tokens == before.tokens[: len(after.tokens)]


def test_the_first_of_several_stop_strings_counts(stories: OpenModel) -> None:
    answer = generate(stories, ["Once upon a time"], max_tokens=60, stop=["Lily", "girl"])[0]
    assert answer.text == ", there was a little "


def test_prompt_and_text_make_up_what_was_read_and_written(stories: OpenModel) -> None:
    for prompt, answer in zip(PROMPTS, generate(stories, PROMPTS, max_tokens=20, stop_ids=[]), strict=True):
        whole = stories.codec.ids(prompt) + list(answer.tokens)
        assert prompt + answer.text == stories.codec.decode(whole)


@pytest.mark.parametrize("architecture", RANDOM)
def test_a_row_ends_with_the_context_and_its_neighbours_go_on(architecture: str) -> None:
    model = random_model(architecture)
    rows = rows_of(model, (CONTEXT - 3, 4))
    long, short = generate(model, rows, max_tokens=20, stop_ids=[])
    assert (long.generated_tokens, long.stop_reason) == (3, "length")
    assert (short.generated_tokens, short.stop_reason) == (20, "length")
    long_alone, short_alone = (generate(model, [row], max_tokens=20, stop_ids=[])[0] for row in rows)
    assert (long.tokens, short.tokens) == (long_alone.tokens, short_alone.tokens)


def test_a_row_at_the_end_of_the_context_rides_along_with_longer_ones() -> None:
    """Learned positions have no entry past the context, where the ended row's count goes on."""
    model = random_model("gpt2")
    rows = rows_of(model, (CONTEXT - 2, 4))
    answers = generate(model, rows, max_tokens=999, stop_ids=[])
    assert [answer.generated_tokens for answer in answers] == [2, CONTEXT - 4]
    assert answers[1].tokens == generate(model, rows[1:], max_tokens=999, stop_ids=[])[0].tokens


def test_a_prompt_that_fills_the_context_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{CONTEXT} prompt tokens leave no room in the context of gpt2"):
        generate(random_model("gpt2"), [[5] * CONTEXT], max_tokens=4)


def test_the_same_seed_gives_the_same_texts_whatever_the_batch(stories: OpenModel) -> None:
    seeds = [3, 1, 4, 1, 5]
    together = generate(stories, PROMPTS, max_tokens=20, temperature=1.0, top_p=0.95, seed=seeds)
    again = generate(stories, PROMPTS, max_tokens=20, temperature=1.0, top_p=0.95, seed=seeds)
    alone = [
        generate(stories, [prompt], max_tokens=20, temperature=1.0, top_p=0.95, seed=seed)[0]
        for prompt, seed in zip(PROMPTS, seeds, strict=True)
    ]
    assert together == again
    assert [answer.tokens for answer in together] == [answer.tokens for answer in alone]


def test_one_prompt_many_times_gives_different_samples(stories: OpenModel) -> None:
    answers = generate(stories, ["Once upon a time"] * 8, max_tokens=20, temperature=1.0, seed=0)
    assert len({answer.tokens for answer in answers}) == 8


def test_sampling_leaves_the_global_generator_alone(stories: OpenModel) -> None:
    before = torch.get_rng_state()
    first = generate(stories, ["Lily"], max_tokens=15, temperature=1.5)[0]
    second = generate(stories, ["Lily"], max_tokens=15, temperature=1.5)[0]
    assert torch.equal(torch.get_rng_state(), before)
    assert first.tokens != second.tokens


def test_penalties_that_a_checkpoint_ships_do_not_bend_greedy_decoding(stories: OpenModel) -> None:
    shipped = stories.model.generation_config
    assert shipped is not None
    plain = generate(stories, ["The dog"], max_tokens=40)[0]
    settings = {"repetition_penalty": 5.0, "no_repeat_ngram_size": 2, "do_sample": True, "temperature": 3.0, "top_k": 2}
    kept = {name: getattr(shipped, name) for name in settings}
    try:
        for name, value in settings.items():
            setattr(shipped, name, value)
        assert generate(stories, ["The dog"], max_tokens=40)[0] == plain
    finally:
        for name, value in kept.items():
            setattr(shipped, name, value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_tokens": 0}, "max_tokens 0"),
        ({"max_tokens": 4, "max_batch": 0}, "max_batch 0"),
        ({"max_tokens": 4, "stop": [""]}, "an empty stop string"),
        ({"max_tokens": 4, "top_p": 0.5}, "has no effect at temperature 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate(random_model("llama"), [[5]], **settings)  # type: ignore[arg-type]


def test_no_prompts_give_no_answers() -> None:
    assert generate(random_model("llama"), [], max_tokens=3) == []
