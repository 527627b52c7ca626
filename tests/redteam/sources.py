"""Program texts made to hurt whoever reads them: nested, endless, disguised, or no text at all."""

from __future__ import annotations

from functools import partial

from glassbox.harness.outcome import Outcome
from tests.redteam.attack import HALF, SHOUT, TOTAL, Attack

source = partial(Attack, "sources")

ATTACKS = (
    source(
        "recursion_in_the_parser",
        TOTAL,
        Outcome.SYNTAX,
        "Source nested deeper than the parser goes.",
        "def total(numbers):\n    return " + "(" * 5_000 + "0" + ")" * 5_000 + "\n",
        Outcome.SYNTAX,
    ),
    source(
        "long_chain_of_attributes",
        TOTAL,
        Outcome.RUNTIME,
        "A tree thirty thousand deep that parses without recursion and compiles with it, in the guest and the host.",
        "import numpy\ndef total(numbers):\n    return numbers" + ".real" * 30_000 + "\n",
        Outcome.RUNTIME,
    ),
    source(
        "long_chain_of_signs",
        TOTAL,
        Outcome.SYNTAX,
        "The parser's own stack ends.",
        "def total(numbers):\n    return " + "-" * 100_000 + "1\n",
        Outcome.SYNTAX,
    ),
    source(
        "null_byte",
        SHOUT,
        Outcome.SYNTAX,
        "Text that ends early for whoever reads it in C.",
        "def shout(text):\n    return text.upper()\n\0    + '!'\n",
        Outcome.SYNTAX,
    ),
    source(
        "half_a_character_in_the_text",
        SHOUT,
        Outcome.SYNTAX,
        "A lone surrogate cannot be sent to the guest as UTF-8.",
        "def shout(text):\n    return '\ud800'\n",
        Outcome.SYNTAX,
    ),
    source(
        "disguised_by_a_coding_cookie",
        HALF,
        Outcome.WRONG,
        "The cookie asks for UTF-7, in which the comment would be code; the text is text already.",
        "# -*- coding: utf-7 -*-\ndef half(number):\n    #+AAo-    return number / 2\n    return -1.0\n",
        Outcome.WRONG,
    ),
    source(
        "three_megabytes_of_comment",
        TOTAL,
        Outcome.WRONG,
        "Long, and nothing in it.",
        "def total(numbers):\n    return -1\n#" + "x" * 3_000_000 + "\n",
        Outcome.WRONG,
    ),
    source(
        "no_text",
        TOTAL,
        Outcome.RUNTIME,
        "Nothing at all, as an empty answer leaves it.",
        "",
        Outcome.RUNTIME,
    ),
)
