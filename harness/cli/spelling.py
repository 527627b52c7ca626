"""Words that were likely meant, for errors about words that are none.

meant("atention", ("attention", "last"))      # "did you mean attention? "
"""

from __future__ import annotations

from collections.abc import Iterable


def meant(word: str, words: Iterable[str]) -> str:
    """`did you mean attention? `, or nothing where no word is near."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(words), n=1)
    return f"did you mean {close[0]}? " if close else ""
