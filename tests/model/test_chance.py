"""Who meets whom is left to chance: every pair of one batch is as likely as any other.

Pearson's chi-square over many batches with fixed seeds, so the outcome is the same every time.
Critical values are at the significance 0.001, from the NIST/SEMATECH e-Handbook of Statistical
Methods, section 1.3.6.7.4, "Upper critical values of the chi-square distribution".

The counts of one batch hang together, which narrows or widens the distribution; where it matters
the statistic is divided by its `spread`. Of the 28 counts of perfect matchings of 8, 20 are free,
and the statistic is 28 * (1 - 1/7) = 24 on average: 1.2 times chi-square with 20 degrees.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import msgspec
import pytest
import redis

from server.relay.matching import Ticket
from server.relay.room import Rules
from server.relay.transition import Transition
from server.store import library
from server.store.answers import read_answer, rule_arguments
from server.store.pool import ticket_arguments
from tests.model.machine_base import LANGUAGES, PHRASES

NOW = 1_700_000_000_000
BATCHES = 4_000
CRITICAL = {1: 10.828, 2: 13.816, 6: 22.458, 7: 24.322, 20: 45.315, 27: 55.476}
"""Degrees of freedom -> the value that a fair draw exceeds once in a thousand."""

EIGHT = [f"n{number}" for number in range(8)]

Pair = tuple[str, str]


def ticket_words(names: list[str]) -> list[object]:
    tickets = [Ticket(name, f"w/{name}", f"room-{name}", PHRASES[2], 2) for name in names]
    return [word for ticket in tickets for word in ticket_arguments(ticket)]


def words_in_languages(names: Sequence[str]) -> list[object]:
    """Tickets of people who write what their name begins with: zh, en, or a for any."""
    words: list[object] = []
    for name in names:
        locale = "en" if name.startswith("en") else "zh-Hans"
        ticket = Ticket(name, f"w/{name}", f"room-{name}", LANGUAGES[locale, 2], 2)
        locales = "" if name.startswith("a") else locale
        words += ticket_arguments(msgspec.structs.replace(ticket, locale=locale, locales=locales))
    return words


def batches(
    client: redis.Redis, words: list[object], *, waiting: bool = False
) -> list[list[Transition]]:
    """What came of the same batch, each time in a lane of its own and with another seed."""
    dice = random.Random(20_160_101)
    client.flushall()
    pipe = client.pipeline(transaction=False)
    join, reconcile = library.function("join"), library.function("reconcile")
    rules, early = rule_arguments(Rules(), NOW), ticket_words(["early"])
    for batch in range(BATCHES):
        base = f"jl:{{chance:{batch}}}"
        pipe.execute_command("FCALL", reconcile, 1, base, "run", 0, 0, 0, 1, 0)
        if waiting:
            pipe.execute_command("FCALL", join, 1, base, *rules, 1, "worker", *early)
        seed = dice.randint(1, 2**31 - 2)
        pipe.execute_command("FCALL", join, 1, base, *rules, seed, "worker", *words)
    replies = pipe.execute()
    return [read_answer(reply).transitions for reply in replies[1 + waiting :: 2 + waiting]]


def pairs_of(transitions: list[Transition]) -> list[Pair]:
    """Who sits in seat 0, with whom in seat 1."""
    seats = [transition.view.seats for transition in transitions if transition.kind == "matched"]
    return [(seat0.participant, seat1.participant) for seat0, seat1 in seats]


def without_order(drawn: list[list[Pair]]) -> Counter[Pair]:
    return Counter((min(pair), max(pair)) for pairs in drawn for pair in pairs)


def all_pairs(names: list[str]) -> list[Pair]:
    return list(combinations(sorted(names), 2))


def chi_square(counted: Counter[Any], cells: Sequence[object]) -> float:
    """How far the counts are from being all alike."""
    assert set(counted) <= set(cells)
    expected = counted.total() / len(cells)
    return sum((counted[cell] - expected) ** 2 / expected for cell in cells)


def assert_alike(
    counted: Counter[Any],
    cells: Sequence[object],
    *,
    spread: float = 1,
    degrees: int | None = None,
) -> None:
    critical = CRITICAL[degrees or len(cells) - 1]
    assert chi_square(counted, cells) / spread < critical, dict(counted)


@pytest.fixture(scope="module")
def eight_newcomers(client: redis.Redis) -> list[list[Pair]]:
    """The pairs of each batch of eight into an empty pool."""
    return [pairs_of(transitions) for transitions in batches(client, ticket_words(EIGHT))]


def test_every_pair_of_eight_newcomers_is_as_likely(eight_newcomers: list[list[Pair]]) -> None:
    assert all(len(pairs) == 4 for pairs in eight_newcomers)
    assert_alike(without_order(eight_newcomers), all_pairs(EIGHT), spread=1.2, degrees=20)


def test_the_place_in_the_batch_does_not_matter(eight_newcomers: list[list[Pair]]) -> None:
    for name in EIGHT:
        own = [pair for pairs in eight_newcomers for pair in pairs if name in pair]
        partners = Counter(pair[1 - pair.index(name)] for pair in own)
        assert_alike(partners, [other for other in EIGHT if other != name])


def test_either_seat_is_as_likely_for_everybody(eight_newcomers: list[list[Pair]]) -> None:
    for name in EIGHT:
        seats = Counter(
            pair.index(name) for pairs in eight_newcomers for pair in pairs if name in pair
        )
        assert_alike(seats, [0, 1])


def test_a_waiting_room_and_seven_newcomers_make_every_pair_as_likely(client: redis.Redis) -> None:
    drawn = [pairs_of(each) for each in batches(client, ticket_words(EIGHT[:7]), waiting=True)]
    assert all(len(pairs) == 4 for pairs in drawn)
    everybody = [*EIGHT[:7], "early"]
    assert_alike(without_order(drawn), all_pairs(everybody), spread=1.2, degrees=20)


def test_those_who_join_at_the_same_moment_are_not_likelier_to_meet(client: redis.Redis) -> None:
    """Eight and one who waits: one of the nine is left over, but never the one who waited."""
    answers = batches(client, ticket_words(EIGHT), waiting=True)
    drawn = [pairs_of(each) for each in answers]
    with_early = Counter(
        one
        for pairs in drawn
        for pair in pairs
        if "early" in pair
        for one in pair
        if one != "early"
    )
    assert with_early.total() == BATCHES
    assert_alike(with_early, EIGHT)
    together = without_order([[pair for pair in pairs if "early" not in pair] for pairs in drawn])
    assert together.total() == 3 * BATCHES
    assert_alike(together, all_pairs(EIGHT))
    assert max(together.values()) < min(with_early.values()) * 1.1
    left_over = Counter(
        transition.view.seats[0].participant
        for transitions in answers
        for transition in transitions
        if transition.kind == "waiting"
    )
    assert left_over.total() == BATCHES
    assert_alike(left_over, EIGHT)


TWO_LANGUAGES = ("zh0", "zh1", "zh2", "zh3", "en0", "en1", "en2", "en3")
WITH_ANY = ("zh0", "zh1", "zh2", "en0", "en1", "en2", "a0", "a1")


def test_within_a_language_every_pair_is_as_likely(client: redis.Redis) -> None:
    drawn = [pairs_of(each) for each in batches(client, words_in_languages(TWO_LANGUAGES))]
    assert all(len(pairs) == 4 for pairs in drawn)
    counted = without_order(drawn)
    for group in ("en", "zh"):
        own = [name for name in TWO_LANGUAGES if name.startswith(group)]
        pairs = all_pairs(own)
        of_group = Counter({pair: counted[pair] for pair in pairs})
        assert of_group.total() == 2 * BATCHES, "nobody is paired across languages"
        assert_alike(of_group, pairs, spread=2, degrees=2)  # Three matchings, each of two pairs.


def test_among_those_of_one_language_nobody_is_preferred(client: redis.Redis) -> None:
    """Three of each of two languages, and two who write both: all find a partner."""
    answers = batches(client, words_in_languages(WITH_ANY))
    drawn = [pairs_of(each) for each in answers]
    assert all(len(pairs) == 4 for pairs in drawn)
    counted = without_order(drawn)
    for group, degrees in (("zh", 2), ("en", 2), ("a", 1)):
        own = [name for name in WITH_ANY if name.startswith(group)]
        for name in set(WITH_ANY) - set(own):
            met = Counter({other: counted[min(name, other), max(name, other)] for other in own})
            if met.total():
                assert_alike(met, own, degrees=degrees)
    assert not any(one[:2] == "en" and other[:2] == "zh" for one, other in counted)


def test_one_who_is_left_over_is_any_of_the_language(client: redis.Redis) -> None:
    names = [*TWO_LANGUAGES[:3], *TWO_LANGUAGES[4:7]]
    left = Counter(
        transition.view.seats[0].participant
        for transitions in batches(client, words_in_languages(names))
        for transition in transitions
        if transition.kind == "waiting"
    )
    for group in ("en", "zh"):
        own = [name for name in names if name.startswith(group)]
        assert_alike(Counter({name: left[name] for name in own}), own)
        assert sum(left[name] for name in own) == BATCHES, "one of each language waits"


def test_the_measure_notices_one_pair_that_meets_markedly_more_often() -> None:
    fair = 4 * BATCHES // 28
    unfair: Counter[Pair] = Counter(dict.fromkeys(all_pairs(EIGHT), fair))
    unfair["n0", "n1"] += fair * 2 // 5
    assert chi_square(unfair, all_pairs(EIGHT)) / 1.2 > CRITICAL[20]
