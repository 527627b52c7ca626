"""Tokenizers of the reference models: byte-level BPE in which every digit is one token.

The words that name an operation are single tokens in every form a text shows them (capital or not, after a space
or not), so that a logit lens can look for them.
"""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

BOS, EOS, PAD = "<s>", "</s>", "<pad>"


def train_tokenizer(texts: Iterable[str], whole_words: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """Learn the merges from `texts`; each of `whole_words` is one token with and without a space, small or capital.

    Raises:
      ValueError: A word that had to be one token is not: the vocabulary is too small for it.
    """
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    core.decoder = decoders.ByteLevel()
    forms = [form for word in whole_words for form in (word, word.capitalize(), f" {word}", f" {word.capitalize()}")]
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[BOS, EOS, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator([*texts, *(forms * 200)], trainer)
    core.post_processor = processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, 0)])
    for form in forms:
        pieces = core.encode(form, add_special_tokens=False).tokens
        if len(pieces) != 1:
            raise ValueError(f"{form!r} is {len(pieces)} tokens ({pieces}); raise vocab_size above {vocab_size}")
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=core, bos_token=BOS, eos_token=EOS, pad_token=PAD, clean_up_tokenization_spaces=False
    )
