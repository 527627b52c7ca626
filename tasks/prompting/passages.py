"""Questions about invented places, people, ships and animals, in SQuAD's form: a passage, a question, the span.

    passage_pairs(24, seed=0)
    squad_json(passage_pairs(24, seed=0))       # the same set as a SQuAD v2.0 file

Everything is drawn from the templates below, so that no model can have read it before.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import ALIASES

SOURCE = "passages"
PER_PASSAGE = 2
_SENTENCES = 4

_STARTS = "Al Bel Cor Dun El Far Gar Hal Ist Jor Kel Lor Mar Nor Or Pel Quin Ros Sel Tor Ul Ver Wen Yar".split()
_MIDDLES = ["a", "e", "i", "o", "an", "en", "ar", "ol", ""]
_ENDS = "by den dor field ford ham lund mere more ness port ridge stead ton vale wick".split()
_FIRST = "Ada Anton Clara Edwin Flora Georg Hanna Ivan Jonas Karla Leon Marta Nils Olga Peter Rosa Simon Tilda".split()
_LAST = (
    "Abel Brandt Carver Dorn Ellis Falk Grant Holm Jansen Keller Lund Moss Novak Olsen Price Reed Stone Voss".split()
)
_COLOURS = "amber black blue brown green grey orange purple red silver white yellow".split()
_MONTHS = "January February March April May June July August September October November December".split()
_CRAFTS = ["glass", "rope", "clocks", "paper", "boats", "bells", "carpets", "candles", "lamps", "violins", "bricks"]
_CROPS = ["barley", "plums", "hops", "beans", "apples", "flax", "pears", "oats", "cherries", "walnuts", "turnips"]
_WOODS = ["oak", "pine", "elm", "ash", "cedar", "larch", "teak"]
_FOODS = ["seeds", "snails", "berries", "moths", "small fish", "beetles", "roots", "worms"]
_HOMES = ["hollow trees", "river banks", "old walls", "pine forests", "salt marshes", "stone heaps", "reed beds"]
_ANIMALS = ["owl", "heron", "otter", "finch", "lizard", "hare", "marten", "newt", "swallow", "badger"]
_THINGS = ["pump", "loom", "printing press", "compass", "plough", "telescope", "kite", "stove", "lock", "water clock"]
_REASONS = ["a hard winter", "a long drought", "a great flood", "a bet", "a broken mill", "a fire in the harbour"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of a passage, and what is asked about it; a question comes with the span that answers it."""

    sentence: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of passage: its subject's opening sentence comes first, some of the others follow."""

    name: str
    opening: Fact
    others: tuple[Fact, ...]


TOPICS: tuple[Topic, ...] = (
    Topic(
        "town",
        Fact(
            "{town} is a small town on the river {river}, founded in {year} by {person}.",
            (
                ("On which river does {town} lie?", "{river}"),
                ("Who founded the town of {town}?", "{person}"),
                ("When was {town} founded?", "{year}"),
            ),
        ),
        (
            Fact("Its workshops are known for {craft}.", (("What are the workshops of {town} known for?", "{craft}"),)),
            Fact(
                "A market for {crop} is held there every {month}.",
                (
                    ("What is sold at the market of {town}?", "{crop}"),
                    ("In which month does {town} hold its market?", "{month}"),
                ),
            ),
            Fact("About {number} people live there.", (("How many people live in {town}?", "{number}"),)),
            Fact(
                "The town hall has a {colour} tower built of {wood}.",
                (
                    ("What colour is the town hall tower of {town}?", "{colour}"),
                    ("What is the tower in {town} built of?", "{wood}"),
                ),
            ),
            Fact("It lies {small} miles north of {other}.", (("Which town lies south of {town}?", "{other}"),)),
        ),
    ),
    Topic(
        "inventor",
        Fact(
            "{person} was an inventor from {town} who built the first {colour} {thing} in {year}.",
            (
                ("What did {person} build in {year}?", "{colour} {thing}"),
                ("Where did the inventor {person} come from?", "{town}"),
                ("In which year did {person} build a {thing}?", "{year}"),
            ),
        ),
        (
            Fact("The idea came after {reason}.", (("After what did {person} have the idea?", "{reason}"),)),
            Fact("It was made of {wood} and weighed {small} pounds.", (("What wood did {person} use?", "{wood}"),)),
            Fact(
                "A merchant named {rival} bought it for {number} crowns.",
                (
                    ("Who bought the {thing} of {person}?", "{rival}"),
                    ("How many crowns did {rival} pay for the {thing}?", "{number}"),
                ),
            ),
            Fact("It now stands in a museum in {other}.", (("Where is the {thing} of {person} now?", "{other}"),)),
        ),
    ),
    Topic(
        "ship",
        Fact(
            "The {colour} {town} was a cargo ship launched in {year} under captain {person}.",
            (
                ("When was the {colour} {town} launched?", "{year}"),
                ("Who was captain of the {colour} {town}?", "{person}"),
            ),
        ),
        (
            Fact(
                "She carried {crop} from {river} to {other}.",
                (
                    ("What did the {colour} {town} carry?", "{crop}"),
                    ("To which port did the {colour} {town} sail?", "{other}"),
                ),
            ),
            Fact(
                "Her masts were cut from {wood}.", (("What were the masts of the {colour} {town} made of?", "{wood}"),)
            ),
            Fact("She was sold after {reason}.", (("Why was the {colour} {town} sold?", "{reason}"),)),
            Fact(
                "Her crew counted {small} sailors and a cook called {rival}.",
                (
                    ("How many sailors did the {colour} {town} have?", "{small}"),
                    ("Who cooked on the {colour} {town}?", "{rival}"),
                ),
            ),
        ),
    ),
    Topic(
        "animal",
        Fact(
            "The {town} {animal} is a {colour} {animal} that lives in {home}.",
            (
                ("Where does the {town} {animal} live?", "{home}"),
                ("What colour is the {town} {animal}?", "{colour}"),
            ),
        ),
        (
            Fact(
                "It feeds on {food} and on {crop}.",
                (("What does the {town} {animal} feed on?", "{food} and on {crop}"),),
            ),
            Fact("{person} described it first in {year}.", (("Who first described the {town} {animal}?", "{person}"),)),
            Fact("Its young are born in {month}.", (("When are the young of the {town} {animal} born?", "{month}"),)),
            Fact(
                "It grows up to {small} inches long.", (("How long is a {town} {animal} at most?", "{small} inches"),)
            ),
        ),
    ),
)


def passage_pairs(n: int, seed: int = 0) -> list[Pair]:
    """The first `n` pairs of the stream; no two ask the same question."""
    found: dict[str, Pair] = {}
    for pair in _stream(random.Random(f"{SOURCE}/{seed}")):
        found.setdefault(pair.question, pair)
        if len(found) >= n:
            break
    return list(found.values())


def _stream(rng: random.Random) -> Iterator[Pair]:
    turn = 0
    while True:
        topic = TOPICS[turn % len(TOPICS)]
        turn += 1
        words = _words(rng)
        facts = [topic.opening, *rng.sample(topic.others, _SENTENCES - 1)]
        context = " ".join(fact.sentence.format(**words) for fact in facts)
        asked = [question for fact in facts for question in fact.questions]
        for question, span in rng.sample(asked, PER_PASSAGE):
            answer = span.format(**words)
            if context.count(answer) == 1:  # "3" also stands in 1403
                tags = {"title": topic.name, ALIASES: json.dumps([answer])}
                yield Pair(question.format(**words), answer, context, SOURCE, tags)


def _words(rng: random.Random) -> dict[str, str]:
    """A filling for every slot; places, and persons, differ from each other."""
    places = [
        first + rng.choice(_MIDDLES) + last
        for first, last in zip(rng.sample(_STARTS, 3), rng.sample(_ENDS, 3), strict=True)
    ]
    people = [f"{first} {last}" for first, last in zip(rng.sample(_FIRST, 2), rng.sample(_LAST, 2), strict=True)]
    return {
        "town": places[0],
        "river": places[1],
        "other": places[2],
        "person": people[0],
        "rival": people[1],
        "year": str(rng.randint(1400, 1949)),
        "number": str(rng.randint(12, 98) * 100),
        "small": str(rng.randint(3, 60)),
        "colour": rng.choice(_COLOURS),
        "month": rng.choice(_MONTHS),
        "craft": rng.choice(_CRAFTS),
        "crop": rng.choice(_CROPS),
        "wood": rng.choice(_WOODS),
        "food": rng.choice(_FOODS),
        "home": rng.choice(_HOMES),
        "animal": rng.choice(_ANIMALS),
        "thing": rng.choice(_THINGS),
        "reason": rng.choice(_REASONS),
    }
