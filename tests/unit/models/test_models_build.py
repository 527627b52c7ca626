"""Guards around the making of a model: size, and the folder that is replaced whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glassbox.baselines.models.build import LARGEST_BYTES, check_replaceable, check_size, parameters, publish
from glassbox.baselines.models.recipes import RECIPES, entry
from glassbox.baselines.models.recipes.arith import PLAN
from glassbox.baselines.models.recipes.tokenizer import train_tokenizer


def _folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "card.json").write_text(text)
    return path


def test_tied_weights_are_counted_once_and_nothing_is_allocated() -> None:
    tokenizer = train_tokenizer(["add 1 and 2"], (), 320)
    vocabulary, hidden, inner = len(tokenizer), PLAN.hidden, PLAN.inner
    block = 4 * hidden * hidden + 3 * hidden * inner + 2 * hidden
    assert parameters(PLAN, tokenizer) == vocabulary * hidden + PLAN.blocks * block + hidden
    assert parameters(replace(PLAN, hidden=8192, inner=32768, blocks=80), tokenizer) > 60e9


def test_the_recipes_plan_can_be_shipped() -> None:
    check_size(PLAN.vocab_size * PLAN.hidden + PLAN.blocks * 800_000, "arith")


def test_a_model_too_large_to_ship_is_refused_before_it_is_trained() -> None:
    check_size(LARGEST_BYTES // 2, "arith")
    with pytest.raises(ValueError, match=r"arith would weigh 19\.1 MiB \(10,000,000 parameters in bfloat16\)"):
        check_size(10_000_000, "arith")


def test_a_finished_folder_replaces_the_old_one_whole(tmp_path: Path) -> None:
    out = _folder(tmp_path / "arith", "old")
    (out / "left over").touch()
    publish(_folder(tmp_path / ".staging" / "arith", "new"), out)
    assert [path.name for path in out.iterdir()] == ["card.json"]
    assert (out / "card.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["arith"]


def test_a_kill_between_taking_away_and_putting_in_is_undone(tmp_path: Path) -> None:
    _folder(tmp_path / ".staging" / "arith.old", "old")
    check_replaceable(tmp_path / "arith")
    assert (tmp_path / "arith" / "card.json").read_text() == "old"


def test_a_folder_that_is_no_model_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ValueError, match=r"holds other files and no model\.safetensors"):
        check_replaceable(tmp_path)
    with pytest.raises(ValueError, match="is a file"):
        check_replaceable(tmp_path / "thesis.txt")
    check_replaceable(tmp_path / "new")
    check_replaceable(_folder(tmp_path / "model", "{}"))
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "model.safetensors").touch()
    check_replaceable(tmp_path / "bare")


def test_an_unknown_recipe_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no recipe 'arit'; there are arith"):
        entry("arit")


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_has_all_that_its_registration_promises(name: str) -> None:
    recipe, quality = entry(name).recipe(), entry(name).quality_module()
    first = next(recipe.documents(0))
    assert first.prompt
    assert first.completion
    assert recipe.PLAN.steps > 0
    assert callable(recipe.tokenizer)
    assert callable(quality.measure)
    assert entry(name).about().count("\n## ") >= 4
