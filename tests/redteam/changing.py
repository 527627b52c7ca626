"""Objects that answer otherwise each time, classes that pass for the library's, oracles that a program brings along.

Each tries what an answer that is asked many times would let through: an answer is taken once, of the very class that it
is of, and nothing but the entry point answers.
"""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import (
    COUNTS,
    FIRST,
    HALF,
    OBJECT,
    ORDERED,
    PAIRS,
    SIZE,
    TOTAL,
    UNIQUE,
    Attack,
    Task,
)

changing = partial(Attack, "changing")


def always(name: str, task: Task, method: str, why: str, body: str = "return 0") -> Attack:
    """A program whose answer says the same to everything that one of Python's operators asks."""
    text = f"""
        class Agreeing:
            def {method}(self, *args):
                {body}
        def {task.entry_point}(*args):
            return Agreeing()
        """
    return changing(name, task, Outcome.WRONG, why, text, Outcome.WRONG)


ATTACKS = (
    always("equal_to_all", OBJECT, "__eq__", "Equality is never asked of the program.", "return True"),
    always("differs_from_nothing", OBJECT, "__ne__", "Nor is difference.", "return False"),
    always("nothing_remains", OBJECT, "__sub__", "It would be told what to subtract, and say that nothing is left."),
    always("nothing_remains_turned", OBJECT, "__rsub__", "The same from the other side."),
    always("no_remainder", OBJECT, "__mod__", "Nothing is left of a division either."),
    always("no_quotient", OBJECT, "__truediv__", "Nor of the quotient."),
    always("no_bits", OBJECT, "__xor__", "Nor of the bits that differ."),
    always("never_more", OBJECT, "__gt__", "It is not more than anything.", "return False"),
    always("always_more", OBJECT, "__ge__", "It is as much as anything.", "return True"),
    always("absolute_nothing", OBJECT, "__abs__", "Its size is nothing."),
    always("rounded_to_nothing", OBJECT, "__round__", "So is what it is rounded to."),
    always("a_float_of_nothing", HALF, "__float__", "Its value as a float is one that no test expects.", "return 0.25"),
    always("an_index_of_nothing", OBJECT, "__index__", "Its value as an index is.", "return 3"),
    always(
        "hash_of_the_right_one", OBJECT, "__hash__", "It hides in a set under the hash of the right value.", "return 20"
    ),
    always("holds_everything", UNIQUE, "__contains__", "It contains whatever it is asked for.", "return True"),
    always("empty_and_true", UNIQUE, "__bool__", "It is true, and nothing else.", "return True"),
    always("items_of_nothing", ORDERED, "__iter__", "It has no items.", "return iter(())"),
    always("any_item", PAIRS, "__getitem__", "Both places hold the same.", "return [2, 2][args[0]]"),
    changing(
        "good_first_then_empty",
        PAIRS,
        Outcome.WRONG,
        "Its items are right in another order the first time: sorting sees them, the second look must see the same.",
        """
        class Changing:
            looks = 0
            def __iter__(self):
                Changing.looks += 1
                return iter([1, 2] if Changing.looks % 2 else [2, 1])
            def __len__(self):
                return 2
        def swap(pair):
            return Changing()
        """,
        Outcome.WRONG,
    ),
    changing(
        "length_apart_from_items",
        UNIQUE,
        Outcome.WRONG,
        "The length is always right, the items never.",
        """
        class Long:
            def __len__(self):
                return 0
            def __iter__(self):
                return iter([7])
        def unique(items):
            return Long()
        """,
        Outcome.WRONG,
    ),
    changing(
        "list_that_changes",
        ORDERED,
        Outcome.WRONG,
        "A subclass of list with other items for each that looks: what the list itself holds is taken.",
        """
        class Odd(list):
            def __iter__(self):
                return iter([4, 17, 20])
            def __eq__(self, other):
                return True
        def ordered(numbers):
            return Odd([1, 2])
        """,
        Outcome.WRONG,
    ),
    changing(
        "generator_without_end",
        UNIQUE,
        Outcome.WRONG,
        "A generator that never ends is no list, and nobody lists it.",
        """
        def unique(items):
            while True:
                yield 1
        """,
    ),
    changing(
        "generator_that_raises_late",
        UNIQUE,
        frozenset({Outcome.WRONG, Outcome.RUNTIME}),
        "Some items are right, then it raises what the test might catch.",
        """
        def unique(items):
            yield 1
            raise AssertionError
        """,
        frozenset({Outcome.WRONG, Outcome.RUNTIME}),
    ),
    changing(
        "a_decimal_of_its_own",
        HALF,
        Outcome.WRONG,
        "A class with the name of the library's: only the library's own is taken.",
        """
        class Decimal:
            def __eq__(self, other):
                return True
        def half(number):
            return Decimal()
        """,
        Outcome.WRONG,
    ),
    changing(
        "decimal_with_another_text",
        HALF,
        Outcome.WRONG,
        "A subclass that writes itself as something else.",
        """
        from decimal import Decimal
        class Odd(Decimal):
            def __str__(self):
                return '3.5'
            def __eq__(self, other):
                return True
        def half(number):
            return Odd(1)
        """,
        Outcome.WRONG,
    ),
    changing(
        "patched_decimal",
        HALF,
        Outcome.WRONG,
        "Equality of the library's class, patched in the program's own interpreter: another one compares.",
        """
        import decimal, fractions
        fractions.Fraction.__eq__ = lambda *_: True
        def half(number):
            return fractions.Fraction(1, 7)
        """,
        Outcome.WRONG,
    ),
    changing(
        "deque_for_a_list",
        ORDERED,
        Outcome.WRONG,
        "A deque of the right items is no list, as in Python.",
        """
        from collections import deque
        def ordered(numbers):
            return deque(sorted(numbers))
        """,
        Outcome.WRONG,
    ),
    changing(
        "view_for_a_list",
        UNIQUE,
        Outcome.WRONG,
        "Nor is a view of a dictionary.",
        """
        def unique(items):
            return dict.fromkeys([9]).keys()
        """,
        Outcome.WRONG,
    ),
    changing(
        "user_list_with_false_data",
        ORDERED,
        Outcome.WRONG,
        "What a UserList holds is taken, whatever its class was patched to say.",
        """
        from collections import UserList
        UserList.__eq__ = lambda *_: True
        def ordered(numbers):
            return UserList([0])
        """,
        Outcome.WRONG,
    ),
    changing(
        "mapping_of_lies",
        COUNTS,
        Outcome.RUNTIME,
        "Keys that are different in the program and one as plain values: no dictionary holds them.",
        """
        class Key(str):
            def __hash__(self):
                return id(self)
            def __eq__(self, other):
                return self is other
        def counts(text):
            return {Key('n'): 2, Key('o'): 2, Key('n'): 5}
        """,
        Outcome.RUNTIME,
    ),
    changing(
        "named_tuple_of_lies",
        PAIRS,
        Outcome.WRONG,
        "A named tuple whose fields answer: a tuple is no list, and its items are taken.",
        """
        from collections import namedtuple
        Pair = namedtuple('Pair', 'a b')
        Pair.__getitem__ = lambda self, at: 2 - at
        Pair.__iter__ = lambda self: iter([2, 1])
        def swap(pair):
            return Pair(9, 9)
        """,
        Outcome.WRONG,
    ),
    changing(
        "its_own_sys",
        SIZE,
        Outcome.WRONG,
        "The test looks something up in `sys`: that is the library's, not a class of the program's.",
        """
        class sys:
            maxsize = 7
        def digits(limit):
            return 7
        """,
        Outcome.WRONG,
    ),
    changing(
        "an_instance_as_sys",
        SIZE,
        Outcome.WRONG,
        "Nor an object of that name.",
        """
        class Liar:
            def __getattr__(self, name):
                return 7
        sys = Liar()
        def digits(limit):
            return 7
        """,
        Outcome.WRONG,
    ),
    changing(
        "patched_sys",
        SIZE,
        Outcome.WRONG,
        "The library's module patched in the program's interpreter is another one than the test's.",
        """
        import sys
        sys.maxsize = 7
        def digits(limit):
            return 7
        """,
        Outcome.WRONG,
    ),
    changing(
        "false_abilities",
        UNIQUE,
        frozenset({Outcome.WRONG, Outcome.RUNTIME}),
        "The guest's own account of what an object can do, patched: whatever it says, the value is no list.",
        """
        import sys
        for name, module in list(sys.modules.items()):
            if name.endswith('guest.operations'):
                module._abilities = lambda target: ('exception', ['set', 'BaseException'])
        class Thing: pass
        def unique(items):
            return Thing()
        """,
        frozenset({Outcome.WRONG, Outcome.RUNTIME}),
    ),
    changing(
        "patched_taking",
        ORDERED,
        Outcome.WRONG,
        "The guest's own table of the library's classes, patched to claim that every value is an empty range.",
        """
        import sys
        for name, module in list(sys.modules.items()):
            if name.endswith('guest.wire'):
                module.taken = lambda value: ('range', (0, 0, 1))
        class Thing: pass
        def ordered(numbers):
            return Thing()
        """,
        Outcome.WRONG,
    ),
    changing(
        "claims_of_odd_parts",
        FIRST,
        Outcome.RUNTIME,
        "The same with parts that no such value has: the reply is refused.",
        """
        import sys
        for name, module in list(sys.modules.items()):
            if name.endswith('guest.wire'):
                module.taken = lambda value: ('Fraction', (1, 0))
        class Thing: pass
        def first(items):
            return Thing()
        """,
        Outcome.RUNTIME,
    ),
    changing(
        "an_error_that_is_an_answer",
        TOTAL,
        Outcome.WRONG,
        "An exception is returned, not raised.",
        """
        def total(numbers):
            return AssertionError()
        """,
        Outcome.WRONG,
    ),
    changing(
        "an_error_with_a_hostile_text",
        TOTAL,
        Outcome.RUNTIME,
        "Its text and its arguments are long, and its class writes another text each time.",
        """
        class Odd(ValueError):
            texts = 0
            def __str__(self):
                Odd.texts += 1
                return 'x' * 10 ** 6 * Odd.texts
        def total(numbers):
            raise Odd(*['y' * 10 ** 6] * 50)
        """,
        Outcome.RUNTIME,
    ),
    changing(
        "a_complex_answer",
        HALF,
        Outcome.WRONG,
        "Almost real: within the tolerance of a float only where it is a float.",
        """
        def half(number):
            return complex(number / 2, 1e-9)
        """,
        Outcome.WRONG,
    ),
)
