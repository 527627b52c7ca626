"""Word problems: frames of two or three sentences around one operation, a third of them held out by frame.

Slots: `{a}`, `{b}` operands of the program; `{N}`, `{M}` two different names; `{things}`, `{kind1}`, `{kind2}`,
`{box}`, `{boxes}` nouns; `{n}` a number that does not matter (a distractor).
"""

from __future__ import annotations

import random

from glassbox.harness.ir.program import Op

NAMES = tuple(
    "Sam Anna Tom Maria Ben Lily Jack Emma Paul Nina Luke Sara Dan Rosa Mike Julia Adam Clara Peter Ella "
    "Mary John Joan Fred Alyssa Bryan Megan Robin Haley Edward Frank Carol Rachel Josh Tim Jane Melanie Mark".split(" ")
)
THINGS = tuple(
    "apples books cookies stickers marbles pencils cards shells flowers coins stamps oranges balloons crayons "
    "toys eggs bananas peaches seeds bottles cups pages games points tickets dollars pens cakes fish candies plums "
    "trees students kids people birds cats dogs chairs photos songs".split(" ")
)
KINDS = ("red", "blue", "green", "yellow", "small", "large", "old", "new", "white", "black", "sweet", "salty")
BOXES = (
    ("box", "boxes"),
    ("bag", "bags"),
    ("shelf", "shelves"),
    ("row", "rows"),
    ("basket", "baskets"),
    ("pack", "packs"),
    ("group", "groups"),
    ("table", "tables"),
    ("class", "classes"),
    ("tray", "trays"),
)

TRAIN: dict[Op, tuple[str, ...]] = {
    Op.ADD: (
        "{N} has {a} {things}. {M} gives {N} {b} more. How many {things} does {N} have now?",
        "{N} has {a} {things} and {M} has {b} {things}. How many {things} do they have together?",
        "{N} found {a} {things} in the morning and {b} {things} in the afternoon. How many {things} did {N} "
        "find in all?",
        "There are {a} {kind1} {things} and {b} {kind2} {things} on the table. How many {things} are there in total?",
        "{N} bought {a} {things} and then bought {b} more. How many {things} did {N} buy altogether?",
        "There were {a} {things} in the {box}. {N} put {b} more {things} in the {box}. How many {things} "
        "are in the {box} now?",
        "{N} made {a} {things} yesterday and {b} {things} today. How many {things} did {N} make in total?",
        "After giving {a} {things} to {M}, {N} has {b} {things} left. How many {things} did {N} have at first?",
        "{N} spent {a} dollars on {things} and {b} dollars on a toy. How much did {N} spend in all?",
        "A {box} holds {a} {kind1} {things} and {b} {kind2} {things}. What is the total number of {things}?",
        "{N} sold {a} {things}. {M} sold {b} more {things} than {N}. How many {things} did {M} sell?",
        "{N} had {a} {things} and got {b} more from {M}. {M} has {n} cousins. How many {things} does {N} have?",
        "{N} picked {a} {kind1} {things} and {b} {kind2} {things}. How many {things} did {N} pick in all?",
        "{N} ate {a} {things}. {M} ate {b}. How many {things} did they eat in total?",
        "Yesterday {N} saw {a} {things}. Today {N} saw {b} more. How many {things} has {N} seen altogether?",
        "There are {a} {things} in the {box}. {b} more {things} are added. How many {things} are there now?",
        "A toy costs {a} dollars and a book costs {b} dollars. How much do they cost together?",
        "{N} walked {a} miles and ran {b} miles. How many miles is that altogether?",
        "{a} {things} were in the {box} and {b} {things} came to join them. How many {things} are there in all?",
        "{N} had some {things}. After {N} gave away {a}, {b} were left. How many {things} did {N} have to start with?",
        "{N} has {a} {things}. {M} has {b} more {things} than {N}. How many {things} does {M} have?",
    ),
    Op.SUBTRACT: (
        "{N} has {a} {things} and gives {b} to {M}. How many {things} does {N} have left?",
        "{N} had {a} {things}. {N} lost {b} of them. How many {things} are left?",
        "There were {a} {things} in the {box}. {N} took {b} of them. How many {things} are still in the {box}?",
        "{N} has {a} {things}. {M} has {b} {things}. How many more {things} does {N} have than {M}?",
        "{N} had {a} {things}. Now {N} has {b} left. How many {things} did {N} give away?",
        "{N} needs {a} {things} but only has {b}. How many more {things} does {N} need?",
        "There are {a} {things}. {b} of them are {kind1} and the rest are {kind2}. How many are {kind2}?",
        "{N} ate {b} of the {a} {things}. How many {things} were not eaten?",
        "{N} now has {a} {things} after {M} gave {N} {b} of them. How many {things} did {N} have at first?",
        "{N} sold {b} {things} out of {a}. How many {things} remain?",
        "{N} has {b} dollars. A toy costs {a} dollars. How many more dollars does {N} need?",
        "{N} had {a} {things} and {n} pens. {N} gave {b} {things} to {M}. How many {things} does {N} have now?",
        "{N} found {b} {things} and {M} found {a}. How many more {things} did {M} find than {N}?",
        "{N} has {b} {things}. {M} has {a} {things}. How many fewer {things} does {N} have than {M}?",
        "{M} has {a} {things} and {N} has {b} {things}. How many more {things} does {M} have than {N}?",
        "{N} had {b} {things}. {M} gave {N} some more. Now {N} has {a} {things}. How many did {M} give to {N}?",
        "{N} picked {a} {things} but {b} were bad. How many good {things} did {N} pick?",
        "There were {a} {things}. {b} of them went away. How many {things} stayed?",
        "{N} baked {a} {kind1} {things} and {b} {kind2} {things}. How many more {kind1} {things} "
        "than {kind2} {things} did {N} bake?",
        "A {kind1} book has {a} pages. {N} has read {b} pages. How many pages are left to read?",
        "{N} is {a} years old and {M} is {b} years old. How much older is {N} than {M}?",
        "There were {a} {things} in the {box} at first. Later there were {b}. How many {things} were taken out?",
        "{N} had {a} dollars and spent {b} dollars on {things}. How much money does {N} have left?",
    ),
    Op.MULTIPLY: (
        "There are {a} {boxes} with {b} {things} in each {box}. How many {things} are there in total?",
        "{N} has {a} {boxes}. Each {box} has {b} {things}. How many {things} does {N} have?",
        "Each {box} holds {b} {things}. How many {things} are in {a} {boxes}?",
        "{N} buys {a} {things} that cost {b} dollars each. How much does {N} pay?",
        "{N} reads {b} pages every day for {a} days. How many pages does {N} read in all?",
        "{a} children each have {b} {things}. How many {things} do they have altogether?",
        "One ticket costs {b} dollars. How much do {a} tickets cost?",
        "{N} has {b} {things}. {M} has {a} times as many. How many {things} does {M} have?",
        "{N} put {b} {things} in each of {a} {boxes}. How many {things} did {N} use?",
        "A {box} has {a} rows of {b} {things}. How many {things} are in the {box}?",
        "{N} earns {b} dollars an hour. How much does {N} earn in {a} hours?",
        "{N} makes {b} {things} each day. How many {things} does {N} make after {a} days?",
        "There are {a} {boxes}. {N} puts {b} {things} into every {box}. How many {things} are there altogether?",
        "{N} gave {b} {things} to each of {a} friends. How many {things} did {N} give away in total?",
        "{a} {boxes} of {b} {things} each were sold. How many {things} were sold?",
        "Every week {N} saves {b} dollars. How much does {N} save in {a} weeks?",
        "A {box} weighs {b} pounds. How much do {a} {boxes} weigh together?",
        "{N} walks {b} miles every day. How far does {N} walk in {a} days?",
        "Each of {a} {boxes} has {b} {things}. How many {things} are there in all?",
    ),
    Op.DIVIDE: (
        "{N} has {a} {things} and puts them equally into {b} {boxes}. How many {things} are in each {box}?",
        "{a} {things} are shared equally among {b} children. How many {things} does each child get?",
        "{N} packs {a} {things} with {b} in each {box}. How many {boxes} does {N} need?",
        "{N} paid {a} dollars for {b} {things}. How much did each one cost?",
        "{N} reads {a} pages in {b} days, the same number each day. How many pages does {N} read each day?",
        "Each {box} holds {b} {things}. How many {boxes} are needed for {a} {things}?",
        "There are {a} {things} in {b} equal {boxes}. How many {things} does each {box} have?",
        "{N} splits {a} {things} into groups of {b}. How many groups are there?",
        "{N} earned {a} dollars in {b} hours. How much did {N} earn an hour?",
        "If {b} friends share {a} {things} equally, how many {things} does each friend get?",
        "{N} has {a} dollars. One ticket costs {b} dollars. How many tickets can {N} buy?",
        "{N} wants to share {a} {things} with {b} friends equally. How many {things} does each friend get?",
        "{N} has {a} {things} to put into {boxes} of {b}. How many {boxes} can {N} fill?",
        "{N} made {a} dollars in {b} days, the same each day. How much did {N} make each day?",
        "There are {a} {things} and {b} {boxes}. Each {box} gets the same number. How many {things} "
        "go into each {box}?",
        "{a} students are divided into {b} equal groups. How many students are in each group?",
        "{N} needs {a} {things}. They come in packs of {b}. How many packs does {N} need to buy?",
        "It takes {b} minutes to make one toy. How many toys can {N} make in {a} minutes?",
        "A ribbon of {a} inches is cut into pieces of {b} inches. How many pieces are there?",
    ),
}

HELD_OUT: dict[Op, tuple[str, ...]] = {
    Op.ADD: (
        "{N} picked {a} {things} and {M} picked {b} {things}. How many {things} did they pick in total?",
        "There are {a} {things} on the table. {N} puts {b} more on it. How many {things} are on the table now?",
        "{N} ate {a} {things} yesterday and {b} today. How many {things} did {N} eat altogether?",
    ),
    Op.SUBTRACT: (
        "{N} bought {a} {things} and gave {b} of them to {M}. How many {things} are left?",
        "There were {a} {things} on the table. {b} of them were sold. How many {things} remain?",
        "{N} has {b} {things} and {M} has {a}. How many more {things} does {M} have than {N}?",
    ),
    Op.MULTIPLY: (
        "{N} fills {a} {boxes} with {b} {things} each. How many {things} are there altogether?",
        "Each child gets {b} {things}. How many {things} do {a} children get in total?",
        "{N} makes {b} {things} every day. How many {things} does {N} make in {a} days?",
    ),
    Op.DIVIDE: (
        "{N} shares {a} {things} equally among {b} friends. How many {things} does each friend get?",
        "{a} {things} are packed into {b} equal {boxes}. How many {things} are in each {box}?",
        "{N} needs {a} dollars and earns {b} dollars an hour. How many hours does {N} need?",
    ),
}


def fill(frame: str, a: int, b: int, rng: random.Random) -> str:
    """The frame with operands `a`, `b` and drawn names and nouns."""
    name, other = rng.sample(NAMES, 2)
    kind1, kind2 = rng.sample(KINDS, 2)
    box, boxes = rng.choice(BOXES)
    return frame.format(
        a=a,
        b=b,
        N=name,
        M=other,
        things=rng.choice(THINGS),
        kind1=kind1,
        kind2=kind2,
        box=box,
        boxes=boxes,
        n=rng.randint(2, 40),
    )
