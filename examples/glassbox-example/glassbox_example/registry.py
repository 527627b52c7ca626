"""What inspect loads of this package."""

from glassbox_example.picked import picked
from glassbox_example.task import longest_word
from glassbox_example.word_probe import word_embeddings, word_probe

__all__ = ["longest_word", "picked", "word_embeddings", "word_probe"]
