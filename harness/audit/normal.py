r"""Text as it reads, whatever it is written with: one form for every check that looks for an item in other text.

    plain("What **is** \N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}?")      # what is 12?

Full-width and other compatible letters become plain ones, invisible characters go, letters of other alphabets that look
like Latin ones become these, emphasis marks go, and case does not count.
"""

from __future__ import annotations

import re
import unicodedata

_LOOK_ALIKES = str.maketrans(
    {
        **dict(zip("\u0430\u0441\u0435\u0456\u0458\u043e\u0440\u0455\u0445\u0443\u04bb", "aceijopsxyh", strict=True)),
        **dict(zip("\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425", "ABEKMHOPCTX", strict=True)),
        **dict(zip("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1", "ABEZHIKMNOP", strict=True)),
        **dict(zip("\u03a4\u03a5\u03a7\u03bf\u03b1\u03bd\u03c1\u0406\u0408\u0405\u0131", "TYXoavpIJSi", strict=True)),
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014", "-"),
        **dict.fromkeys("\u00d7\u2217\u2219\u22c5", "*"),
        **dict.fromkeys("\u00f7\u2215\u2044", "/"),
    }
)
"""Cyrillic and Greek letters, and signs, that look like others; after Unicode's table of confusables."""
_EMPHASIS = re.compile(r"(?<![\w*_~`])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])", re.DOTALL)
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})


def plain(text: str) -> str:
    """The text in lower case, as it reads."""
    if not text.isascii():
        # Marks are taken off their letters and left out, so that no combining character parts a word.
        parted = unicodedata.normalize("NFKD", text)
        seen = "".join(sign for sign in parted if unicodedata.category(sign) not in _INVISIBLE)
        text = unicodedata.normalize("NFKC", seen).translate(_LOOK_ALIKES)
    if any(mark in text for mark in "*_~`"):
        text = _EMPHASIS.sub(r"\2", text)
    return text.casefold()
