"""Programs that change what they were given, hide it, or lie by the exceptions they raise."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import HALF, IS_ODD, ORDERED, REFUSE, SHOUT, TOTAL, Attack

tampering = partial(Attack, "tampering")

ATTACKS = (
    tampering(
        "sorted_in_place",
        ORDERED,
        Outcome.MUTATED,
        "The right value, and the caller's list is changed.",
        """
        def ordered(numbers):
            numbers.sort()
            return numbers
        """,
    ),
    tampering(
        "emptied_behind_a_copy",
        ORDERED,
        Outcome.MUTATED,
        "The answer is a fresh list; the argument is emptied.",
        """
        def ordered(numbers):
            answer = sorted(numbers)
            numbers.clear()
            return answer
        """,
    ),
    tampering(
        "equal_but_not_the_same",
        ORDERED,
        Outcome.MUTATED,
        "The items are replaced by equal ones of another type: `==` sees no change.",
        """
        def ordered(numbers):
            answer = sorted(numbers)
            numbers[:] = [float(number) for number in numbers]
            return answer
        """,
    ),
    tampering(
        "changed_when_the_result_is_read",
        ORDERED,
        Outcome.WRONG,
        "A list that empties the argument while it is iterated: a subclass is not iterated.",
        """
        def ordered(numbers):
            class Items(list):
                def __iter__(self):
                    numbers.clear()
                    return iter([4, 17, 20])
            return Items(sorted(numbers))
        """,
    ),
    tampering(
        "hidden_by_a_lying_copy",
        ORDERED,
        Outcome.MUTATED,
        "copy and deepcopy are patched so that a comparison with a copy would see nothing.",
        """
        import copy
        copy.copy = copy.deepcopy = lambda value, *_: value
        def ordered(numbers):
            answer = sorted(numbers)
            numbers.append(0)
            return answer
        """,
    ),
    tampering(
        "hidden_by_another_argument",
        ORDERED,
        Outcome.MUTATED,
        "The caller's reference to the argument is replaced by an unchanged copy, wherever a frame holds it.",
        """
        import sys
        def ordered(numbers):
            untouched = list(numbers)
            frame = sys._getframe(1)
            while frame is not None:
                for name, value in list(frame.f_locals.items()):
                    if value is numbers:
                        frame.f_locals[name] = untouched
                    elif type(value) is tuple and len(value) == 1 and value[0] is numbers:
                        frame.f_locals[name] = (untouched,)
                    elif type(value) is list and len(value) == 1 and value[0] is numbers:
                        value[0] = untouched
                frame = frame.f_back
            answer = sorted(numbers)
            numbers.clear()
            return answer
        """,
    ),
    tampering(
        "nothing_but_a_mutation",
        ORDERED,
        Outcome.WRONG,
        "Sorted in place and nothing returned: first of all the value is wrong.",
        """
        def ordered(numbers):
            numbers.sort()
        """,
        Outcome.WRONG,
    ),
    tampering(
        "another_exception",
        REFUSE,
        Outcome.RUNTIME,
        "An exception is asked for; not this one.",
        """
        def refuse(number):
            raise TypeError('no')
        """,
    ),
    tampering(
        "exception_of_the_same_name",
        REFUSE,
        Outcome.RUNTIME,
        "A class that is called ValueError and is not.",
        """
        class ValueError(Exception):
            __module__ = 'builtins'
            __qualname__ = 'ValueError'
        def refuse(number):
            raise ValueError('no')
        """,
    ),
    tampering(
        "exception_of_a_false_class",
        REFUSE,
        Outcome.RUNTIME,
        "`__class__` says ValueError.",
        """
        class Refusal(Exception):
            @property
            def __class__(self):
                return ValueError
        def refuse(number):
            raise Refusal('no')
        """,
    ),
    tampering(
        "exception_of_every_class",
        REFUSE,
        Outcome.RUNTIME,
        "A metaclass whose name and bases are whatever is asked for.",
        """
        class Meta(type):
            __instancecheck__ = __subclasscheck__ = lambda cls, other: True
            __eq__ = lambda cls, other: True
            __hash__ = lambda cls: hash(ValueError)
            __mro__ = (ValueError, Exception, BaseException, object)
            __name__ = 'ValueError'
        class Refusal(Exception, metaclass=Meta):
            pass
        def refuse(number):
            raise Refusal('no')
        """,
    ),
    tampering(
        "exception_returned",
        REFUSE,
        Outcome.WRONG,
        "The exception is the value instead of being raised.",
        """
        def refuse(number):
            return ValueError('no')
        """,
    ),
    tampering(
        "exit_for_an_exception",
        REFUSE,
        Outcome.RUNTIME,
        "Exit is no refusal.",
        """
        def refuse(number):
            raise SystemExit('ValueError: no')
        """,
    ),
    tampering(
        "exception_that_never_ends_its_text",
        IS_ODD,
        Outcome.TIMEOUT,
        "Whoever asks the exception for its text waits for ever.",
        """
        class Endless(Exception):
            def __str__(self):
                while True:
                    pass
            __repr__ = __str__
        def is_odd(number):
            raise Endless
        """,
        Outcome.TIMEOUT,
    ),
    tampering(
        "exception_whose_text_fails",
        IS_ODD,
        Outcome.RUNTIME,
        "Whoever asks the exception for its text gets another one.",
        """
        class Failing(BaseException):
            def __str__(self):
                raise Failing
            __repr__ = __str__
        def is_odd(number):
            raise Failing
        """,
        Outcome.RUNTIME,
    ),
    tampering(
        "exception_that_says_pass",
        SHOUT,
        Outcome.RUNTIME,
        "The text of the exception is a verdict.",
        """
        class PASS(Exception):
            outcome = 'pass'
            passed = True
        def shout(text):
            raise PASS('pass')
        """,
        Outcome.RUNTIME,
    ),
    tampering(
        "failure_of_the_machinery_forged",
        HALF,
        Outcome.RUNTIME,
        "An exception of a class that a judge may take for its own failure, so that the case is not counted.",
        """
        class SandboxError(BaseException):
            __module__ = 'glassbox.harness.sandbox.errors'
        def half(number):
            raise SandboxError('infra: out of order')
        """,
        Outcome.RUNTIME,
    ),
    tampering(
        "unsupported_forged",
        TOTAL,
        Outcome.RUNTIME,
        "A missing module is nobody's fault, so the candidate raises one for a module that nobody has.",
        """
        def total(numbers):
            raise ModuleNotFoundError("No module named 'not_a_module_of_anyone'", name='not_a_module_of_anyone')
        """,
        Outcome.RUNTIME,
    ),
    tampering(
        "decorated_until_it_agrees",
        TOTAL,
        Outcome.WRONG,
        "A decorator that wraps the answer in an object that agrees with everybody.",
        """
        import functools
        class Agreeing:
            def __init__(self, value):
                self.value = value
            def __eq__(self, other):
                self.value = other
                return True
            def __getattr__(self, name):
                return getattr(self.value, name)
        def agree(function):
            return functools.wraps(function)(lambda *args: Agreeing(function(*args)))
        @agree
        def total(numbers):
            return 0
        """,
        Outcome.WRONG,
    ),
)
