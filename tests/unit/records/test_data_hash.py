"""The data hash tells what was asked: every id, input and target, and nothing besides."""

from __future__ import annotations

import pytest
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser

from glassbox.harness.records.data_hash import data_hash, data_hash_of

DATA = [("a", "1 + 1", "2"), ("b", "2 + 2", "4"), ("c", "3 + 3", "6")]


def test_the_order_of_samples_and_samples_that_come_twice_do_not_matter() -> None:
    assert data_hash(DATA) == data_hash(DATA[::-1]) == data_hash([*DATA, DATA[0]])
    assert len(data_hash(DATA)) == 16


@pytest.mark.parametrize("other", [("d", "3 + 3", "6"), ("c", "3 + 4", "6"), ("c", "3 + 3", "7")])
def test_another_id_input_or_target_gives_another_hash(other: tuple[str, str, str]) -> None:
    assert data_hash(DATA) != data_hash([*DATA[:2], other])


def test_a_missing_sample_gives_another_hash_and_a_split_between_fields_is_seen() -> None:
    assert data_hash(DATA) != data_hash(DATA[:2])
    assert data_hash([("a", "bc", "d")]) != data_hash([("ab", "c", "d")])


def test_an_inspect_data_set_has_the_hash_of_its_fields_whatever_its_metadata() -> None:
    samples = [Sample(id=key, input=shown, target=target, metadata={"n": key}) for key, shown, target in DATA]
    assert data_hash_of(MemoryDataset(samples)) == data_hash(DATA)


def test_messages_count_by_role_and_content_and_not_by_the_ids_they_are_given() -> None:
    def asked(text: str, system: bool = False) -> str:
        message = (ChatMessageSystem if system else ChatMessageUser)(content=text)
        assert message.id is None or len(message.id) > 5
        return data_hash([("a", [message], "2")])

    assert asked("1 + 1") == asked("1 + 1")
    assert len({asked("1 + 1"), asked("1 + 2"), asked("1 + 1", system=True)}) == 3


def test_numbers_as_ids_are_their_text_and_several_targets_are_not_one() -> None:
    assert data_hash([(1, "x", "y")]) == data_hash([("1", "x", "y")])
    assert data_hash([("1", "x", ["y", "z"])]) != data_hash([("1", "x", "yz")])
