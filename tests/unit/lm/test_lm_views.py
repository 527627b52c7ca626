"""A view is a base with an adapter: another model by its hash and by what it says, over a base that stays as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from adapted_models import save_adapter
from open_models import build, config_of, word_tokenizer
from peft import PeftModel, PromptTuningConfig, get_peft_model
from safetensors.torch import load_file, save_file

from glassbox.harness.lm import load
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.folders import hash_of
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.names import ViewName
from glassbox.harness.lm.states import hidden_states

IDS = torch.tensor([[5, 6, 7, 8, 9]])
QV = {f"model.layers.{block}.self_attn.{part}_proj" for block in range(4) for part in "qv"}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "base"
    build(config_of("llama")).save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)
    yield str(folder)
    load._bases.clear()


@pytest.fixture
def words(base: str, tmp_path: Path) -> Path:
    return save_adapter(open_model(base).model, tmp_path / "words")


def logits(model: OpenModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model.model(input_ids=IDS).logits
    return found


def peft_logits(adapter: Path) -> torch.Tensor:
    """What peft itself makes of the adapter, on weights of its own."""
    with torch.inference_mode():
        found: torch.Tensor = PeftModel.from_pretrained(build(config_of("llama")), str(adapter))(input_ids=IDS).logits
    return found


@pytest.mark.parametrize("way", ["hooked", "merged"])
def test_a_view_says_what_peft_says_and_the_base_stays_bit_equal(way: str, base: str, words: Path) -> None:
    before, address = logits(open_model(base)), open_model(base).hash
    view = open_model(base, adapter=str(words), adapter_way=way)
    assert torch.allclose(logits(view), peft_logits(words), atol=1e-5)
    assert not torch.allclose(logits(view), before, atol=0.1)
    assert torch.equal(logits(open_model(base)), before)
    assert (open_model(base).hash, open_model(base).adapted_modules) == (address, ())
    assert set(view.adapted_modules) == (QV if way == "hooked" else set())
    assert not any(weight.requires_grad for weight in view.model.parameters())


def test_a_view_holds_the_bases_own_tensors(base: str, words: Path) -> None:
    theirs = {weight.data_ptr() for weight in open_model(base).model.parameters()}
    hooked = {w.data_ptr() for w in open_model(f"{base}+{words}").model.parameters()}
    merged = {w.data_ptr() for w in open_model(base, adapter=str(words), adapter_way="merged").model.parameters()}
    assert theirs <= hooked
    assert len(theirs - merged) == len(QV)


def test_two_views_and_their_base_are_used_at_once(base: str, words: Path, tmp_path: Path) -> None:
    other = save_adapter(open_model(base).model, tmp_path / "other", seed=1)
    models = [open_model(base), open_model(f"{base}+{words}"), open_model(f"{base}+{other}")]
    alone = [logits(model) for model in models]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda turn: logits(models[turn % 3]), range(60)))
    assert all(torch.equal(one, alone[turn % 3]) for turn, one in enumerate(found))


def test_states_and_texts_are_the_views_own(base: str, words: Path) -> None:
    plain, view = open_model(base), open_model(f"{base}+{words}")
    batch = plain.encode(["w5 w6 w7"])
    ours, theirs = (hidden_states(model, batch, [0, 2])[2] for model in (view, plain))
    with torch.inference_mode():
        expected = view.model(input_ids=batch.input_ids, output_hidden_states=True).hidden_states[2]
    assert torch.allclose(ours, expected, atol=1e-5)
    assert not torch.allclose(ours, theirs, atol=0.1)
    [written] = generate(view, [[5, 6, 7]], max_tokens=8, stop_ids=())
    row = view.model.generate(
        torch.tensor([[5, 6, 7]]), max_new_tokens=8, do_sample=False, eos_token_id=[], pad_token_id=0
    )  # type: ignore[operator]
    assert list(written.tokens) == row[0, 3:].tolist()


def test_the_hash_covers_base_and_adapter_and_nothing_else(base: str, words: Path, tmp_path: Path) -> None:
    view = open_model(f"{base}+{words}")
    copied = shutil.copytree(words, tmp_path / "copy")
    other = save_adapter(open_model(base).model, tmp_path / "other", seed=1)
    assert view.hash == open_model(base, adapter=str(copied), adapter_way="merged").hash == hash_of(view.name)
    assert len({open_model(base).hash, view.hash, open_model(f"{base}+{other}").hash}) == 3
    assert hash_of(base) == open_model(base).hash
    assert hash_of(f"{base}+{tmp_path / 'nowhere'}") is None


def test_an_adapter_put_into_an_opened_base_is_found_out(base: str, words: Path) -> None:
    opened = open_model(base)
    assert opened.hash
    opened.model.load_adapter(str(words))
    with pytest.raises(OpenModelError, match=r"the adapters in .*base are not those it was opened with"):
        _ = opened.hash


def test_a_model_that_comes_with_an_adapter_is_not_taken_for_its_base(base: str, words: Path) -> None:
    addresses = []
    for alpha in (8, 16):
        config = json.loads((words / "adapter_config.json").read_text())
        (words / "adapter_config.json").write_text(json.dumps(config | {"lora_alpha": alpha}))
        carrying = build(config_of("llama"))
        carrying.name_or_path = base
        carrying.load_adapter(str(words))
        addresses.append(wrap_loaded("carrying", carrying, word_tokenizer()).hash)
    assert len({*addresses, open_model(base).hash}) == 3


def test_whole_modules_and_embeddings_of_an_adapter_are_the_views_own(base: str, tmp_path: Path) -> None:
    folder = save_adapter(
        open_model(base).model,
        tmp_path / "wide",
        target_modules=["o_proj", "embed_tokens"],
        modules_to_save=["lm_head"],
    )
    before = logits(open_model(base))
    for way in ("hooked", "merged"):
        view = open_model(base, adapter=str(folder), adapter_way=way)
        assert torch.allclose(logits(view), peft_logits(folder), atol=1e-4), way
    assert torch.equal(logits(open_model(base)), before)


def test_a_view_that_was_asked_for_is_kept_and_a_changed_adapter_is_read_anew(base: str, words: Path) -> None:
    first = open_model(f"{base}+{words}")
    assert open_model(base, adapter=str(words)) is first
    assert open_model(f"{base}+{words}", template="plain").model is not open_model(base).model
    shutil.rmtree(words)
    save_adapter(open_model(base).model, words, seed=2)
    assert open_model(f"{base}+{words}").hash != first.hash


def test_no_more_models_stay_open_than_are_asked_for(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_OPEN_MODELS", "2")
    first, *others = [shutil.copytree(base, tmp_path / str(number)) for number in range(3)]
    kept = open_model(str(first))
    for other in others:
        assert open_model(str(other)) is open_model(str(other))
    assert len(load._bases) == 2
    assert open_model(str(first)) is not kept
    monkeypatch.setenv("GLASSBOX_OPEN_MODELS", "many")
    with pytest.raises(OpenModelError, match="GLASSBOX_OPEN_MODELS is 'many'; give a number"):
        open_model(str(first))


def _without_weights(words: Path) -> None:
    (words / "adapter_model.safetensors").unlink()


def _damaged(words: Path) -> None:
    (words / "adapter_model.safetensors").write_bytes(b"no tensors")


def _of_fewer_blocks(words: Path) -> None:
    tensors = load_file(words / "adapter_model.safetensors")
    save_file({k: v for k, v in tensors.items() if "layers.3." not in k}, words / "adapter_model.safetensors")


def _of_more_blocks(words: Path) -> None:
    tensors = load_file(words / "adapter_model.safetensors")
    more = {
        key.replace("layers.3.", "layers.30."): value.clone() for key, value in tensors.items() if "layers.3." in key
    }
    save_file(tensors | more, words / "adapter_model.safetensors")


def _of_another_width(words: Path) -> None:
    tensors = load_file(words / "adapter_model.safetensors")
    save_file({key: value.repeat(2, 2) for key, value in tensors.items()}, words / "adapter_model.safetensors")


def _of_other_modules(words: Path) -> None:
    config = json.loads((words / "adapter_config.json").read_text())
    (words / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["c_attn"]}))


def _no_json(words: Path) -> None:
    (words / "adapter_config.json").write_text("{")


def _prompt_tuning(words: Path) -> None:
    tuned = get_peft_model(build(config_of("llama")), PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2))
    tuned.save_pretrained(str(words))


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_without_weights, "has no adapter_model.safetensors"),
        (_damaged, "is damaged"),
        (_of_fewer_blocks, "adapts 8 modules and has weights for 6: none for model.layers.3.self_attn.q_proj"),
        (_of_more_blocks, r"is of another model: nothing here takes its .*layers\.30\..* \(4 of its 20 tensors\)"),
        (_of_another_width, "does not fit the model: "),
        (_of_other_modules, "does not fit the model: .*c_attn"),
        (_no_json, "does not fit the model: "),
        (_prompt_tuning, "is PROMPT_TUNING, which changes no weights"),
    ],
)
def test_an_adapter_that_would_do_something_else_is_refused(harm: object, said: str, base: str, words: Path) -> None:
    before = logits(open_model(base))
    harm(words)  # type: ignore[operator]
    with pytest.raises(OpenModelError, match=said) as refused:
        open_model(f"{base}+{words}")
    assert "\n" not in str(refused.value)
    assert torch.equal(logits(open_model(base)), before)


def test_an_adapters_folder_alone_names_the_way_out(words: Path) -> None:
    with pytest.raises(OpenModelError, match=r"words is an adapter; name the model that it goes on: BASE\+"):
        open_model(str(words))


def test_another_way_is_refused(base: str, words: Path) -> None:
    with pytest.raises(OpenModelError, match="adapter way 'melted' is unknown; use hooked or merged"):
        open_model(base, adapter=str(words), adapter_way="melted")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("smol", ("smol", None, None)),
        ("smol+runs/words", ("smol", None, "runs/words")),
        ("lab/x@v1.0+~/words", ("lab/x", "v1.0", "~/words")),
        ("lab/x@fe8a4ea1", ("lab/x", "fe8a4ea1", None)),
    ],
)
def test_a_name_has_parts_and_is_said_as_it_was(text: str, parts: tuple[str, str | None, str | None]) -> None:
    name = ViewName.of(text)
    assert (name.base, name.revision, name.adapter) == parts
    assert str(name) == text
    assert ViewName.of(parts[0], revision=parts[1], adapter=parts[2]) == name


def test_a_path_with_the_signs_in_it_is_a_path(base: str, tmp_path: Path) -> None:
    folder = shutil.copytree(base, tmp_path / "a+b@c")
    assert open_model(str(folder)).name == str(folder)


@pytest.mark.parametrize(
    ("text", "given", "said"),
    [
        ("smol+a", {"adapter": "b"}, "the model's name says adapter a and the argument b"),
        ("x/y@1", {"revision": "2"}, "the model's name says revision 1 and the argument 2"),
        ("smol+", {}, r"lacks what stands before or after \+"),
    ],
)
def test_a_name_that_contradicts_itself_is_refused(text: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(OpenModelError, match=said):
        ViewName.of(text, **given)


def test_a_folder_has_no_revisions(base: str) -> None:
    with pytest.raises(OpenModelError, match="is not from the hub and has no revision v2"):
        open_model(base, revision="v2")


def test_the_same_shape_never_trained_is_another_model_by_name_and_hash(base: str) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    model, drawn = open_model(base), open_model(f"{base}~random")
    assert torch.equal(torch.rand(3), expected)
    assert drawn.name == f"{base}~random"
    assert open_model(f"{base}~random") is drawn
    shapes = [[tuple(weight.shape) for weight in each.model.parameters()] for each in (model, drawn)]
    assert shapes[0] == shapes[1]
    # `base` itself was drawn by the same seed, in the same way.
    assert torch.equal(logits(drawn), logits(model))
    assert len({model.hash, drawn.hash}) == 2
    with pytest.raises(OpenModelError, match="has an adapter on weights that were never trained"):
        open_model(f"{base}~random", adapter="words")
