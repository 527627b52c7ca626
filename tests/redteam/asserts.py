"""Programs aimed at test code: they shadow the names it uses, answer its operators, and raise what it catches."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import EVEN, REFUSE, ROOT, TOTAL, UNIQUE, Attack

asserts = partial(Attack, "asserts")

ATTACKS = (
    asserts(
        "shadowed_builtins",
        UNIQUE,
        Outcome.WRONG,
        "The names that tests lean on, defined by the program: they belong to the test.",
        """
        set = sorted = len = lambda *_, **__: 0
        all = any = isinstance = lambda *_, **__: True
        def unique(items):
            return 0
        """,
        Outcome.WRONG,
    ),
    asserts(
        "shadowed_functions_of_the_data_set",
        ROOT,
        Outcome.RUNTIME,
        "The names of the data set's own code: `check` runs the asserts, `close` compares, `math` has isclose.",
        """
        class math:
            isclose = staticmethod(lambda *_: True)
        check = close = abs = lambda *_: 0
        candidate = THREE = None
        def root(number):
            raise ValueError
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "shadowed_exceptions",
        ROOT,
        Outcome.RUNTIME,
        "`except ValueError` would catch the program's own class, `assert` would raise it.",
        """
        ValueError = AssertionError = Exception
        abs = round = lambda *_: 0
        def root(number):
            raise ValueError
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "answers_every_operator",
        ROOT,
        Outcome.WRONG,
        "An object whose difference is 0, whose rounding is right and which is less than everything.",
        """
        class Agreeing:
            __sub__ = __rsub__ = __abs__ = __round__ = __add__ = lambda self, *_: self
            __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = lambda self, *_: True
            __float__ = __index__ = lambda self: 1
            __hash__ = lambda self: 0
        def root(number):
            return Agreeing()
        """,
        Outcome.WRONG,
    ),
    asserts(
        "equals_everything_in_a_set",
        UNIQUE,
        Outcome.WRONG,
        "Items that are equal to every other and have every hash.",
        """
        class Item:
            def __init__(self, hash):
                self.hash = hash
            __eq__ = lambda self, other: True
            __lt__ = lambda self, other: True
            __hash__ = lambda self: self.hash
        def unique(items):
            return [Item(1), Item(3)][:len(items)]
        """,
        Outcome.WRONG,
    ),
    asserts(
        "raises_what_a_failed_assert_raises",
        TOTAL,
        Outcome.RUNTIME,
        "AssertionError from the program is the program's, not the test's.",
        """
        def total(numbers):
            raise AssertionError('passed')
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "raises_for_every_input",
        ROOT,
        Outcome.RUNTIME,
        "Satisfies the test of the exception and no other.",
        """
        def root(number):
            raise ValueError
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "endless_iterator",
        UNIQUE,
        Outcome.WRONG,
        "By value it is no list; under `set(...)` it is iterated where it lives until the memory ends.",
        """
        def unique(items):
            while True:
                yield bytes(1_000_000)
        """,
        Outcome.MEMORY,
    ),
    asserts(
        "reaches_across",
        TOTAL,
        Outcome.RUNTIME,
        "The function by which the test's instance asks this one, called from here: nobody is on the other side.",
        """
        import wit_world
        def total(numbers):
            return wit_world.cross(chr(0) * 100)
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "runs_a_test_of_its_own",
        TOTAL,
        Outcome.WRONG,
        "The guest's own code for tests, started inside the program's instance with a test that passes.",
        """
        def total(numbers):
            try:
                from glassbox.harness.sandbox.guest import exam
                exam.test(chr(0) * 100)
            except BaseException:
                pass
            return -1
        """,
        Outcome.WRONG,
    ),
    asserts(
        "exception_named_after_a_builtin",
        REFUSE,
        Outcome.RUNTIME,
        "Raised as a class of the program's own with a builtin's name, from a function that never refuses otherwise.",
        """
        def refuse(number):
            raise type('ValueError', (Exception,), {'__module__': 'builtins'})('no')
        """,
    ),
    asserts(
        "ends_the_loops_of_the_test",
        EVEN,
        Outcome.RUNTIME,
        "StopIteration from inside `map` or a generator ends it early: `all` of nothing is true.",
        """
        def even(number):
            raise StopIteration
        """,
        Outcome.RUNTIME,
    ),
    asserts(
        "neither_true_nor_false",
        EVEN,
        Outcome.WRONG,
        "An object that is true when it is asked whether it holds, and false when it is asked whether it does not.",
        """
        class Both:
            answers = [True, False] * 100
            __bool__ = lambda self: self.answers.pop()
            __len__ = lambda self: self.answers.pop()
        def even(number):
            return Both()
        """,
        Outcome.WRONG,
    ),
)
