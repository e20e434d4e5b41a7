"""A token is somebody's for a long time, under the keys that the operator has."""

from __future__ import annotations

import base64
import time

import pytest

from server.relay.campaign import Campaign
from server.session.identity import DAY_SECONDS, Identity
from server.session.random_ids import new_room_id
from tests.manual_clock import ManualClock

OLD, NEW, OTHER = b"old", b"new", b"other"
DAYS = 30


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


def identity(clock: ManualClock, *secrets: bytes) -> Identity:
    return Identity(secrets, {}, DAYS, clock)


def test_a_token_is_ours_under_its_key_and_under_a_newer_one(clock: ManualClock) -> None:
    token = identity(clock, OLD).new_token()
    assert identity(clock, NEW, OLD).is_ours(token)
    assert not identity(clock, NEW).is_ours(token)
    assert not identity(clock, OTHER).is_ours(token)


def test_the_first_key_signs(clock: ManualClock) -> None:
    token = identity(clock, NEW, OLD).new_token()
    assert identity(clock, NEW).is_ours(token)
    assert not identity(clock, OLD).is_ours(token)


def test_a_token_expires_unless_it_is_renewed(clock: ManualClock) -> None:
    ours = identity(clock, OLD)
    token = ours.new_token()
    clock.now += (DAYS - 1) * DAY_SECONDS
    renewed = ours.renewed(token)
    clock.now += 2 * DAY_SECONDS
    assert not ours.is_ours(token)
    assert ours.is_ours(renewed)
    assert ours.participant(renewed, "spring") == ours.participant(token, "spring")


def test_a_fresh_token_stays_the_same(clock: ManualClock) -> None:
    ours = identity(clock, OLD)
    token = ours.new_token()
    clock.now += DAY_SECONDS - 1
    assert ours.renewed(token) == token


def test_a_token_of_an_earlier_version_is_good(clock: ManualClock) -> None:
    token = "AAAAAAAAAAAAAAAA.6b49d200.6WtqMf75XMTu5sqGYiJun0rMKveEIOs1Ug_p2S-PTYY"
    assert identity(clock, OLD).is_ours(token)


def test_a_bound_token_is_good_in_its_campaign_alone_also_when_it_is_renewed(
    clock: ManualClock,
) -> None:
    ours = identity(clock, OLD)
    spring, autumn = (Campaign(name, name, True, "en", {}, bound_tokens=True) for name in "ab")
    others = Campaign("c", "c", True, "en", {})
    token, free = ours.new_token(spring), ours.new_token(others)
    clock.now += 2 * DAY_SECONDS
    for bound in (token, ours.renewed(token)):
        assert ours.is_ours(bound)
        assert [ours.is_good_in(bound, each) for each in (spring, autumn, others)] == [
            *(True, False, False)
        ]
    assert [ours.is_good_in(free, each) for each in (spring, others)] == [False, True]
    person, made, _, signature = token.split(".")
    assert not ours.is_ours(f"{person}.{made}.{autumn.id}.{signature}")


@pytest.mark.parametrize("token", ["", ".", "a.b", "a.b.c", "é.1.x", "x" * 10_000])
def test_what_is_no_token_is_nobodys(clock: ManualClock, token: str) -> None:
    assert not identity(clock, OLD).is_ours(token)


def test_another_person_or_time_breaks_the_signature(clock: ManualClock) -> None:
    ours = identity(clock, OLD)
    person, made, signature = ours.new_token().split(".")
    assert not ours.is_ours(f"{person}x.{made}.{signature}")
    assert not ours.is_ours(f"{person}.{int(made, 16) + 1:x}.{signature}")
    assert not ours.is_ours(f"{person}.{signature}")


def test_ids_of_rooms_made_in_a_second_begin_alike_and_cannot_be_guessed() -> None:
    before, rooms, after = time.time(), [new_room_id() for _ in range(100)], time.time()
    assert all(room[0].isalpha() for room in rooms)
    decoded = [base64.urlsafe_b64decode(room) for room in rooms]
    seconds = {int.from_bytes(each[:3]) for each in decoded}
    assert seconds <= {second & 0x7FFFFF for second in range(int(before), int(after) + 1)}
    assert len({each[3:] for each in decoded}) == len(rooms)
    assert all(len(each[3:]) * 8 >= 96 for each in decoded)
