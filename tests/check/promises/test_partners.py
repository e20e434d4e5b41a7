"""New partners: the checks of matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.histories import History, ink, matched, waiting


def rematch(history: History) -> History:
    """Two participants finish a relay and are matched again while a third one waits."""
    history.pair("r").finish("r").connect("c").join("c", waiting("w"))
    history.send("a", "join").send("b", "join")
    return (
        history.receive_message("a", matched("s", 0))
        .receive_message("b", matched("s", 1))
        .receive("c", "pong")
    )


def test_a_rematch_while_a_third_participant_waits_is_a_violation(tmp_path: Path) -> None:
    broken = rematch(History()).violations(tmp_path)
    assert (
        "a were matched again in room s (before: room r) while c waited" in broken["new partners"]
    )


def test_a_third_participant_who_is_being_matched_does_not_wait(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").connect("c").connect("d").join("c", waiting("w"))
    history.send("d", "join").send("a", "join").send("b", "join")
    history.receive_message("a", matched("s", 0)).receive_message("b", matched("s", 1))
    history.receive_message("d", matched("w", 1)).receive_message("c", matched("w", 0))
    assert history.violations(tmp_path) == {}


def test_a_third_participant_matched_with_a_later_joiner_waited(tmp_path: Path) -> None:
    history = rematch(History()).connect("d").join("d", matched("w", 1))
    assert "while c waited" in history.violations(tmp_path)["new partners"]


def test_a_third_participant_whose_turn_began_before_the_rematch_did_not_wait(
    tmp_path: Path,
) -> None:
    history = (
        rematch(History())
        .connect("d")
        .send("d", "join")
        .receive_message("d", matched("w", 1, ms=50_000))
    )
    assert history.violations(tmp_path) == {}


@pytest.mark.parametrize("end", ["left", "invited", "gone"])
def test_a_third_participant_who_stopped_waiting_does_not_count(tmp_path: Path, end: str) -> None:
    history = History().pair("r").finish("r").connect("c").join("c", waiting("w"))
    if end == "left":
        history.send("c", "leave", room="w")
    elif end == "invited":
        history.receive("c", "invited", room="w", code="x", url="/x")
    else:
        history.disconnect("c")
    assert history.match("s").violations(tmp_path) == {}


def test_a_third_participant_who_returns_during_the_match_did_not_wait(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").connect("c").join("c", waiting("w")).disconnect("c")
    history.join("a", waiting("s")).send_hello("c").send("b", "join")
    history.receive("c", "welcome", **History.welcome_keys("c"), resume=waiting("w"))
    history.receive_message("b", matched("s", 1)).receive_message("a", matched("s", 0)).receive(
        "c", "pong"
    )
    assert history.violations(tmp_path) == {}


def test_a_third_participant_who_returned_before_the_match_waited(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").connect("c").join("c", waiting("w")).disconnect("c")
    history.connect("c", resume=waiting("w")).match("s").receive("c", "pong")
    assert "while c waited" in history.violations(tmp_path)["new partners"]


def test_a_third_participant_whose_close_is_recorded_late_did_not_wait(tmp_path: Path) -> None:
    """The server knows of the end of the connection before the match, the history after it."""
    history = History().pair("r").finish("r").connect("c").join("c", waiting("w")).match("s")
    history.disconnect("c").connect("c", resume=waiting("w")).receive("c", "pong")
    assert history.violations(tmp_path) == {}


def test_a_third_participant_with_an_unanswered_request_does_not_count(tmp_path: Path) -> None:
    history = History().pair("r").finish("r").connect("c").join("c", waiting("w"))
    history.send("c", "commit", room="w", c=0, strokes=ink(0)).match("s").receive("c", "pong")
    assert "new partners" not in history.violations(tmp_path)


def test_a_meeting_counts_in_whatever_order_the_two_are_told(tmp_path: Path) -> None:
    history = (
        History().pair("r").finish("r").connect("c").send("c", "join").join("a", matched("q", 1))
    )
    history.receive_message("c", waiting("q")).send("c", "leave", room="q").send(
        "a", "leave", room="q"
    )
    history.join("c", waiting("w")).match("s").receive("c", "pong")
    assert "new partners" not in history.violations(tmp_path)


def test_a_participant_with_an_unknown_partner_may_have_met_the_third(tmp_path: Path) -> None:
    history = (
        History().pair("r").finish("r").send("a", "join").receive_message("a", matched("q", 0))
    )
    history.receive("a", "partner", room="q", state="left").connect("d").join("d", matched("q", 1))
    history.receive_message("a", matched("q", 0)).finish("q", "a", "d", 2).connect("c").join(
        "c", waiting("w")
    )
    assert "new partners" not in history.match("s").receive("c", "pong").violations(tmp_path)


def test_a_partner_before_the_last_three_may_be_matched_again(tmp_path: Path) -> None:
    history = History().pair("r0").finish("r0")
    for number, (one, two) in enumerate((("c", "d"), ("e", "f"), ("g", "h")), 1):
        history.connect(one).connect(two)
        history.match(f"r{2 * number}", "a", one).finish(f"r{2 * number}", "a", one, 2 * number)
        history.match(f"r{2 * number + 1}", "b", two)
        history.finish(f"r{2 * number + 1}", "b", two, 2 * number + 1)
    history.connect("w").join("w", waiting("w")).match("s").receive("w", "pong")
    assert "new partners" not in history.violations(tmp_path)
