"""Values that lie about what they are: always equal, of a subclass, with a false class, name, hash or text."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import COUNTS, FIRST, HALF, IS_ODD, ORDERED, RANGE, SHOUT, TOTAL, Attack

lie = partial(Attack, "lies")

ATTACKS = (
    lie(
        "always_equal",
        TOTAL,
        Outcome.WRONG,
        "`result == expected` asks the result. The judge compares plain data and asks no object.",
        """
        class Anything:
            def __eq__(self, other):
                return True
            def __ne__(self, other):
                return False
            def __hash__(self):
                return 0
        def total(numbers):
            return Anything()
        """,
        Outcome.WRONG,
    ),
    lie(
        "always_equal_in_a_list",
        ORDERED,
        Outcome.WRONG,
        "The same, hidden one level down.",
        """
        class Anything:
            __eq__ = lambda self, other: True
            __lt__ = __gt__ = lambda self, other: False
        def ordered(numbers):
            return [Anything()] * len(numbers)
        """,
        Outcome.WRONG,
    ),
    lie(
        "integer_of_a_lying_class",
        TOTAL,
        Outcome.WRONG,
        "isinstance says int; its value is 0 and its comparison says yes.",
        """
        class Number(int):
            __eq__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = int.__hash__
        def total(numbers):
            return Number(123)
        """,
        Outcome.WRONG,
    ),
    lie(
        "integer_that_shows_every_value",
        TOTAL,
        Outcome.WRONG,
        "Whatever turns a value into text or into an index gets another answer each time.",
        """
        class Number(int):
            __repr__ = __str__ = lambda self: '41'
            __index__ = __int__ = lambda self: 41
            __format__ = lambda self, spec: '41'
            to_bytes = lambda self, *_, **__: b'\\x29'
        def total(numbers):
            return Number(-1)
        """,
        Outcome.WRONG,
    ),
    lie(
        "text_of_a_lying_class",
        SHOUT,
        Outcome.WRONG,
        "A str whose comparison, encoding and text lie.",
        """
        class Text(str):
            __eq__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = str.__hash__
            __repr__ = __str__ = lambda self: 'GLASS BOX!'
            encode = lambda self, *_, **__: b'GLASS BOX!'
        def shout(text):
            return Text('nothing')
        """,
        Outcome.WRONG,
    ),
    lie(
        "float_of_a_lying_class",
        HALF,
        Outcome.WRONG,
        "A float whose difference from everything is 0: `abs(a - b) < tolerance` would hold.",
        """
        class Number(float):
            __sub__ = __rsub__ = __abs__ = lambda self, other=0: 0.0
            __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
            __hash__ = float.__hash__
            hex = lambda self: '0x1.cp+1'
        def half(number):
            return Number(-1)
        """,
        Outcome.WRONG,
    ),
    lie(
        "list_of_a_lying_class",
        ORDERED,
        Outcome.WRONG,
        "A list whose comparison and length lie.",
        """
        class Items(list):
            __eq__ = lambda self, other: True
            __len__ = lambda self: 3
            __iter__ = lambda self: iter((4, 17, 20))
        def ordered(numbers):
            return Items([0])
        """,
        Outcome.WRONG,
    ),
    lie(
        "dictionary_of_a_lying_class",
        COUNTS,
        Outcome.WRONG,
        "A dict that has every key.",
        """
        class Found(dict):
            __eq__ = __contains__ = lambda self, other: True
            __missing__ = lambda self, key: 2
            items = lambda self: [('n', 2), ('o', 2)]
            keys = lambda self: ['n', 'o']
        def counts(text):
            return Found()
        """,
        Outcome.WRONG,
    ),
    lie(
        "false_class",
        TOTAL,
        Outcome.WRONG,
        "`__class__` says int, so isinstance does; type does not.",
        """
        class Number:
            __class__ = int
            __eq__ = lambda self, other: True
            __hash__ = lambda self: 41
            __index__ = __int__ = lambda self: 0
        def total(numbers):
            return Number()
        """,
        Outcome.WRONG,
    ),
    lie(
        "false_name_of_a_class",
        TOTAL,
        Outcome.WRONG,
        "A class that is called int, of module builtins.",
        """
        def total(numbers):
            return type('int', (), {'__module__': 'builtins', '__eq__': lambda self, other: True})()
        """,
        Outcome.WRONG,
    ),
    lie(
        "false_metaclass",
        TOTAL,
        Outcome.RUNTIME,
        "A class that is equal to int and hashes like it: a table of writers, looked up by type, would find int's.",
        """
        class Meta(type):
            __eq__ = lambda cls, other: True
            __hash__ = lambda cls: hash(int)
            __instancecheck__ = __subclasscheck__ = lambda cls, other: True
        class Number(metaclass=Meta):
            __eq__ = lambda self, other: True
            __index__ = lambda self: 0
        def total(numbers):
            return Number()
        """,
        Outcome.RUNTIME,
    ),
    lie(
        "named_tuple_for_a_tuple",
        RANGE,
        Outcome.WRONG,
        "The right numbers in a subclass of tuple: equal in Python, not the type that was asked for.",
        """
        from collections import namedtuple
        def span(numbers):
            return namedtuple('Span', 'low high')(min(numbers), max(numbers))
        """,
    ),
    lie(
        "one_for_true",
        IS_ODD,
        Outcome.WRONG,
        "1 is not True.",
        """
        def is_odd(number):
            return number % 2
        """,
    ),
    lie(
        "true_for_everything",
        IS_ODD,
        Outcome.WRONG,
        "An object that is true and false at once is no bool.",
        """
        class Both:
            __bool__ = lambda self: True
            __eq__ = lambda self, other: True
        def is_odd(number):
            return Both()
        """,
        Outcome.WRONG,
    ),
    lie(
        "minus_zero_for_zero",
        HALF,
        Outcome.WRONG,
        "-0.0 is not 0.0.",
        """
        def half(number):
            return number / 2 if number else -0.0
        """,
    ),
    lie(
        "nan_for_everything",
        HALF,
        Outcome.WRONG,
        "A comparison written as `not abs(a - b) > tolerance` takes nan for equal.",
        """
        def half(number):
            return float('nan')
        """,
        Outcome.WRONG,
    ),
    lie(
        "infinity_for_everything",
        HALF,
        Outcome.WRONG,
        "A relative tolerance is infinite beside infinity.",
        """
        def half(number):
            return float('inf')
        """,
        Outcome.WRONG,
    ),
    lie(
        "generator_for_a_list",
        ORDERED,
        Outcome.WRONG,
        "A generator is no list, and nobody runs it after the call.",
        """
        def ordered(numbers):
            while True:
                yield 4
        """,
        Outcome.WRONG,
    ),
    lie(
        "iterator_for_a_list",
        ORDERED,
        Outcome.WRONG,
        "Neither is an iterator, though it would give the right numbers.",
        """
        def ordered(numbers):
            return iter(sorted(numbers))
        """,
        Outcome.WRONG,
    ),
    lie(
        "not_implemented",
        FIRST,
        Outcome.WRONG,
        "NotImplemented is true, and Python asks the other side when a comparison returns it.",
        """
        def first(items):
            return NotImplemented
        """,
        Outcome.WRONG,
    ),
    lie(
        "the_entry_point_is_a_class",
        TOTAL,
        Outcome.WRONG,
        "Calling a class gives an instance that equals everything.",
        """
        class total:
            def __init__(self, numbers):
                pass
            __eq__ = lambda self, other: True
        """,
        Outcome.WRONG,
    ),
)
