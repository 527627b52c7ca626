"""Which of four invented words is the longest?

inspect eval glassbox_example/longest_word --solver glassbox_example/word_probe
"""

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.records.provenance import data_facts, provenance
from glassbox.tasks.reference import REFERENCE, facts_of_model, reference_model
from glassbox_example.picked import picked
from glassbox_example.words import Split, questions


@task
@checked
def longest_word(n: AtLeastOne = 200, seed: int = 0, split: Split = "test") -> Task:
    """Four words, and one of them is the longest.

    Args:
      n: How many questions.
      seed: Seed of the draw.
      split: `test`, or the words that probes are fitted on.
    """
    dataset = MemoryDataset(questions(n, seed, split), name=f"longest_word/{split}")
    facts = provenance() | data_facts(dataset, seed) | facts_of_model(REFERENCE)
    return Task(
        dataset=dataset,
        scorer=picked(),
        model=reference_model(),
        version="1-A",
        metadata={**facts, "split": split},
    )
