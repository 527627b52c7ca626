"""The same name gives the same data for ever: ids are content, and the text that the reference model learned is pinned.

A pin that breaks means that `arith` can no longer be trained again from its recipe: raise the task version and train
anew, or undo the change.
"""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from glassbox.baselines.models.recipes.arith_corpus import documents
from glassbox.harness.data.arithmetic.generate import Family, Split, generate
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Op, single

ROOT = Path(__file__).resolve().parents[3]
FAMILIES: tuple[Family, ...] = ("single", "chain", "loop")

TRAIN_QUESTIONS = {
    "single": "104d0204c7fea0273d571e84cc8a3099eb3889e7ec980aedd8dfcd3ca4851e48",
    "chain": "29c0efb9cf89a811112e098a1183e2a5219d78997faeff9f926082daeca2cc36",
    "loop": "18a4412147cc6ef9bf387f3250ac8d8a6c3f46fa3165fd32ceb7abbe11cfbe6e",
}
CORPUS = "07ad7934fc2760683c0fc92736f6070211e82d3cacecc3f330e40c76cfed60af"
FIRST_IDS: dict[tuple[Family, Split], list[str]] = {
    ("single", "train"): ["bb19cbff9e10ce00", "1ce4f37c544c4b93", "3b3214739f2807db"],
    ("single", "iid"): ["88cbb54110eda024", "cfc2bbb319b2da81", "e5d9c1b4fe8abb29"],
    ("single", "held_out_operands"): ["54b088ea84ad0656", "e37e5873579b4ddc", "c5231f17d3c13f18"],
    ("chain", "train"): ["31745f743da30973", "6963ae5a49ac4fd4", "9598f30c3f735567"],
    ("loop", "train"): ["b81725d781f0b20c", "75e842c846ff67c8", "94ec84949fa1a909"],
}


def digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_hundred_training_questions_are_the_ones_the_reference_model_learned_from(family: Family) -> None:
    assert digest([p.question for p in generate(family, "train", 100)]) == TRAIN_QUESTIONS[family]


def test_the_first_thousand_documents_of_the_corpus_are_the_ones_the_reference_model_learned_from() -> None:
    texts = [f"{d.prompt}|{d.completion}" for d in itertools.islice(documents(0), 1000)]
    assert digest(texts) == CORPUS


def test_ids_are_what_they_have_always_been() -> None:
    assert {key: [p.id for p in generate(*key, 3)] for key in FIRST_IDS} == FIRST_IDS


def test_an_id_is_the_sha_256_of_question_and_answer_and_of_nothing_else() -> None:
    problem = Problem("Subtract 49 from 69", 20, single(Op.SUBTRACT, 69, 49), "any", "any")
    assert problem.id == hashlib.sha256(b'["Subtract 49 from 69", 20]').hexdigest()[:16]
    assert problem.id == Problem(problem.question, 20, None, "other", "other", {"op": "add"}).id
    assert problem.id != Problem(problem.question, 21, None, "any", "any").id


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_problems_and_another_seed_gives_others(family: Family) -> None:
    first, again, other = (generate(family, "held_out_both", 200, seed) for seed in (3, 3, 4))
    assert first == again
    assert {p.id for p in first} != {p.id for p in other}
    assert len({p.id for p in first}) == len(first)


def test_a_shorter_draw_is_the_beginning_of_a_longer_one() -> None:
    for split in ("train", "held_out_both"):
        long = generate("single", split, 400)
        assert generate("single", split, 50) == long[:50]


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    program = (
        "from glassbox.harness.data.arithmetic.generate import generate\n"
        "print(*(p.id for p in generate('single', 'iid', 20)))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, cwd=ROOT, capture_output=True, text=True
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] == [p.id for p in generate("single", "iid", 20)]


def test_a_draw_says_what_is_wrong_with_what_it_is_asked() -> None:
    with pytest.raises(ValueError, match="n is 0; ask for at least one problem"):
        generate("single", "train", 0)
    with pytest.raises(ValueError, match="unknown split 'test'; one of train, iid, held_out_templates"):
        generate("single", "test", 5)  # type: ignore[arg-type]
