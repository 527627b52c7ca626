"""Two thirds of a source to fit heads on, one third to test them, disjoint by story.

Word-problem collections retell one story many times: other numbers, other names, "books and movies" for "movies and
books". On single_op a split by question alone leaves a near copy of every fifth test question on the fit side.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from glassbox.harness.data.problem import Problem

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Side = Literal["fit", "test"]

# Shared words over all words. At 0.6 the largest family of single_op has 22 of 1,205 problems; at 0.5 chains form.
SAME_STORY = 0.6
_BLOCK = 256


def wording(question: str) -> str:
    """The question without what differs between copies: numbers become 0; case, spaces and punctuation go."""
    return re.sub(r"\W+", " ", re.sub(r"\d+(?:[.,]\d+)*", "0", question.lower())).strip()


def split_thirds(problems: Sequence[Problem]) -> dict[Side, tuple[Problem, ...]]:
    """Both sides in the given order: families of one story, in the order of their hashes, fill the third to test.

    Two wordings whose word sets have a Jaccard index of `SAME_STORY` or more are one family, and so is whatever hangs
    together through them. The order of the problems does not matter; other problems in the file do, so fit and test
    on the same file. What this does not cover: a story retold with mostly different words.
    """
    families = story_families([problem.question for problem in problems])
    sizes = Counter(families)
    digests: dict[int, str] = {}
    for family, problem in zip(families, problems, strict=True):
        digest = hashlib.sha256(wording(problem.question).encode()).hexdigest()
        digests[family] = min(digest, digests.get(family, digest))
    in_test: set[int] = set()
    room = len(problems) // 3
    for family in sorted(digests, key=lambda family: _rehash(digests[family])):
        if sizes[family] <= room:
            in_test.add(family)
            room -= sizes[family]
    placed = list(zip(families, problems, strict=True))
    return {
        "fit": tuple(problem for family, problem in placed if family not in in_test),
        "test": tuple(problem for family, problem in placed if family in in_test),
    }


def story_families(questions: Sequence[str]) -> list[int]:
    """The family of each question, as the index of one of its members."""
    parents = list(range(len(questions)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for left, right in _same_stories(questions):
        parents[root(right)] = root(left)
    return [root(index) for index in range(len(questions))]


def _same_stories(questions: Sequence[str]) -> Iterator[tuple[int, int]]:
    import numpy as np

    if not questions:
        return
    words = _word_matrix([wording(question) for question in questions])
    sizes = words.sum(axis=1)
    for start in range(0, len(questions), _BLOCK):
        shared = (words[start : start + _BLOCK] @ words.T).toarray()
        either = sizes[start : start + _BLOCK, None] + sizes[None, :] - shared
        for row, column in np.argwhere(shared >= SAME_STORY * either):
            if start + row < column:
                yield start + int(row), int(column)


def _word_matrix(wordings: Sequence[str]) -> csr_array:
    """Rows are questions, columns are words, 1 where the word occurs."""
    import numpy as np
    from scipy.sparse import csr_array

    vocabulary: dict[str, int] = {}
    bags = [sorted({vocabulary.setdefault(word, len(vocabulary)) for word in text.split()}) for text in wordings]
    columns = np.array([word for bag in bags for word in bag], dtype=np.int64)
    starts = np.cumsum([0] + [len(bag) for bag in bags])
    return csr_array((np.ones(len(columns), np.float64), columns, starts), shape=(len(bags), len(vocabulary)))


def _rehash(digest: str) -> str:
    """A smallest digest is not evenly spread; its own digest is."""
    return hashlib.sha256(digest.encode()).hexdigest()
