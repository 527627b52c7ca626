"""Plain data survives the wire exactly, and bytes that no encoder writes are refused before they cost anything."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbox.harness.sandbox.values import (
    MAX_DEPTH,
    Derived,
    MalformedError,
    Opaque,
    decode,
    encode,
    literal,
    same,
    show,
)

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
)
KEYS = st.recursive(LEAVES, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_of_plain_data_comes_back_as_itself(value: object) -> None:
    assert same(value, decode(encode(value)))


@given(st.sets(KEYS, max_size=6))
def test_a_set_is_the_same_bytes_however_python_orders_it(members: set[object]) -> None:
    inserted_last_first = set[object]()
    while members:
        inserted_last_first.add(members.pop())
        assert encode(members | inserted_last_first) == encode(inserted_last_first | members)


@given(VALUES)
def test_the_text_of_a_value_reads_as_the_same_value(value: object) -> None:
    assert same(value, literal(show(value)))


@given(VALUES)
def test_a_value_is_never_the_same_as_one_of_another_type(value: object) -> None:
    assert not same(value, [value])
    assert not same([value], (value,))


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_random_bytes_decode_to_a_value_or_are_malformed(data: bytes) -> None:
    try:
        value = decode(data)
    except MalformedError:
        return
    assert show(value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "b'' before 1 is no tag"),
        (b"NN", "1 bytes follow the value"),
        (b"%", "b'%' before 1 is no tag"),
        (b"l\xff\xff\xff\xff", "4294967295 items are announced at 5, more than there are bytes"),
        (b"s\xff\xff\xff\x7fabc", "2147483647 bytes are announced at 1, 3 are there"),
        (b"s\x01\x00\x00\x00\xff", "text before 6 is not UTF-8"),
        (b"S\x02\x00\x00\x00TT", "1 keys of a set or dict are there twice"),
        (b"S\x01\x00\x00\x00l\x00\x00\x00\x00", "a set or dict holds what cannot be hashed"),
        (b"d\x02\x00\x00\x00TNTN", "1 keys of a set or dict are there twice"),
        (b"l\x01\x00\x00\x00" * (MAX_DEPTH + 2) + b"N", f"value is nested deeper than {MAX_DEPTH}"),
        (b"x\x00\x00\x00\x00" * (MAX_DEPTH + 2) + b"N", "b'x' before 501 is no tag"),
    ],
)
def test_forged_bytes_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(MalformedError, match=f"^{said}"):
        decode(data)


def test_keys_made_to_collide_are_refused_before_a_table_is_built() -> None:
    modulus = (1 << 61) - 1
    keys = [encode(at * modulus) for at in range(100)]
    with pytest.raises(MalformedError, match="100 keys of a set or dict share one hash"):
        decode(b"S" + len(keys).to_bytes(4, "little") + b"".join(keys))


def test_cyclic_and_foreign_values_are_not_encoded() -> None:
    cyclic: list[object] = []
    cyclic.append(cyclic)
    with pytest.raises(ValueError, match="nested deeper than 100, or cyclic"):
        encode(cyclic)
    with pytest.raises(TypeError, match=r"^range is not plain data"):
        encode([range(3)])


def test_a_subclass_crosses_with_its_name_and_the_rest_by_handle() -> None:
    assert decode(b"x\x05\x00\x00\x00Countd\x00\x00\x00\x00") == Derived("Count", {})
    assert decode(b"o\x07\x00\x00\x00\x04\x00\x00\x00Pair") == Opaque("Pair", 7)
    assert show([Derived("Count", {}), Opaque("Pair", 7)]) == "[Count({}), <Pair>]"
    assert show(Opaque("a\nb", 7)) == "<'a\\nb'>"


def test_what_can_be_encoded_can_be_decoded_however_deep() -> None:
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert same(value, decode(encode(value)))
    with pytest.raises(ValueError, match="nested deeper"):
        encode([value])


def test_integers_of_any_size_cross_and_are_shown() -> None:
    huge = 7**20_000
    assert decode(encode(-huge)) == -huge
    assert literal(show(-huge)) == -huge


@pytest.mark.parametrize(
    "text", ["f(1)", "x", "...", "1 + 2", "[i for i in [1]]", "{**{}}", "-'a'", "1 if 2 else 3", ""]
)
def test_only_literals_of_plain_data_are_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a literal|is no number"):
        literal(text)


def test_the_literals_that_python_lacks_are_read() -> None:
    assert literal("[inf, -inf, set(), frozenset({1}), 1+2j, complex(0.0, inf)]") == [
        math.inf,
        -math.inf,
        set(),
        frozenset({1}),
        1 + 2j,
        complex(0.0, math.inf),
    ]
    assert math.isnan(literal("nan"))  # type: ignore[arg-type]  # it is a float, or the test fails
