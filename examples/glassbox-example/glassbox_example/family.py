"""The board of this package's tasks: what ranks, in which unit, with which columns."""

from glassbox.leaderboards.families.family import Family, share

FAMILY = Family(
    name="words",
    headline="picked",
    unit="words picked",
    criteria={"word": "picked"},
    measures=(share("picked", interval=True, about="the longest word was picked, % [95 % Wilson interval]"),),
)
