"""Invented words in two splits that share none, and questions about them."""

import random
import zlib
from typing import Literal

from inspect_ai.dataset import Sample

Split = Literal["train", "test"]
QUESTION = "Which is the longest word?"
CONSONANTS, VOWELS, LENGTHS = "bdfgklmnprstv", "aeiou", range(3, 13)


def word(random_: random.Random, length: int, split: Split) -> str:
    """A word of this length; its checksum says to which split it belongs."""
    while True:
        made = "".join(random_.choice(VOWELS if at % 2 else CONSONANTS) for at in range(length))
        if (zlib.crc32(made.encode()) % 2 == 0) == (split == "train"):
            return made


def questions(n: int, seed: int, split: Split) -> list[Sample]:
    """Four words of different lengths each; the longest is the target."""
    random_ = random.Random(f"{split} {seed}")
    drawn = [[word(random_, length, split) for length in random_.sample(LENGTHS, 4)] for _ in range(n)]
    return [
        Sample(input=f"{QUESTION} {' '.join(four)}", target=max(four, key=len), id=at, metadata={"words": four})
        for at, four in enumerate(drawn)
    ]
