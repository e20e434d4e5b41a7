"""client/js/ink/jitter-buffer.js: the partner's ink appears at the pace at which it was written."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.browser.conftest import Core

BUFFER = """
  const { RESEND_MS, DELAY_MS, MAX_BEHIND_MS, MAX_DELAY_MS, JitterBuffer } =
    await import("/client/js/ink/jitter-buffer.js");
  const buffer = new JitterBuffer();
  /** A stroke of so many points, one every 10 ms, after a pause. */
  const stroke = (count, { x = 100, pause = 0 } = {}) =>
    [x, 100, pause, 90, ...Array.from({ length: count - 1 }, () => [5, 0, 10, 0]).flat()];
  const cut = (s, points) => s.slice(0, points * 4);
  const live = (strokes, open = false) => ({ c: 0, strokes, open, stale: false });
  const seen = (now) => {
    const { strokes, open } = buffer.at(now);
    return [...strokes, open].map((s) => s.length / 4).filter(Boolean);
  };
"""


async def play(core: Core, body: str) -> Any:
    return await core(f"async () => {{ {BUFFER} {body} }}")


async def test_points_that_come_in_jerks_appear_evenly(core: Core) -> None:
    counts = await play(
        core,
        """
        const whole = stroke(31);
        const counts = [];
        for (let now = 0; now <= 400; now += 10) {
          // Every 33 ms three points more, but one packet is 40 ms late.
          const heard = now < 130 ? now : now < 170 ? 120 : now;
          const points = Math.min(31, 1 + Math.floor(Math.floor(heard / 33) * 3.3));
          buffer.push(live([cut(whole, points)], points < 31), now);
          counts.push(seen(now)[0] ?? 0);
        }
        return counts;
        """,
    )
    steps = [after - before for before, after in pairwise(counts)]
    assert max(steps) == 1
    assert counts[9] == 1
    assert counts[-1] == 31
    begun = counts.index(1)
    assert all(step == 1 for step in steps[begun : begun + 30])


async def test_a_pause_of_the_hand_is_kept_and_a_pause_of_the_line_is_not_added(core: Core) -> None:
    first, second = await play(
        core,
        """
        const one = stroke(5), two = stroke(5, { x: 900, pause: 300 });
        buffer.push(live([one]), 0);
        buffer.push(live([one, two]), 340);
        const starts = [];
        for (let now = 0; now < 900; now += 1)
          for (const s of [0, 1]) if (seen(now).length > s) starts[s] ??= now;
        return [starts[0] - DELAY_MS, starts[1] - (starts[0] + 40)];
        """,
    )
    assert first == 0
    assert second == 300


async def test_a_late_line_makes_the_delay_longer_but_not_without_end(core: Core) -> None:
    delays = await play(
        core,
        """
        const whole = stroke(200);
        const delays = [];
        for (let points = 2, now = 0; points < 200; points += 2, now += 200) {
          buffer.push(live([cut(whole, points)], true), now);
          delays.push(buffer.delay);
        }
        return [DELAY_MS, ...delays, MAX_DELAY_MS];
        """,
    )
    assert delays == sorted(delays)
    assert delays[-2] == delays[-1] > delays[0]


async def test_much_ink_at_once_is_caught_up_with(core: Core) -> None:
    early, late = await play(
        core,
        """
        buffer.push(live([stroke(300)]), 1000);
        return [seen(1000 + MAX_BEHIND_MS / 2), seen(1000 + MAX_BEHIND_MS)];
        """,
    )
    assert 100 < early[0] < 200
    assert late == [300]


async def test_ink_sent_anew_does_not_blink_and_ink_taken_back_goes(core: Core) -> None:
    shown = await play(
        core,
        """
        const one = stroke(20), two = stroke(20, { x: 900 });
        buffer.push(live([one, two]), 0);
        const shown = [seen(2000)];
        buffer.push(live([]), 2000);
        shown.push(seen(2001));
        buffer.push(live([[...one]]), 2010);
        shown.push(seen(2011));
        buffer.push(live([[...one], [...two, 5, 0, 10, 0]]), 2020);
        shown.push(seen(2021), seen(4000));
        buffer.push(live([]), 4000);
        shown.push(seen(4000), seen(4000 + RESEND_MS));
        return shown;
        """,
    )
    assert shown[:4] == [[20, 20]] * 4
    assert shown[4:] == [[20, 21], [20, 21], []]


async def test_what_was_never_taken_back_is_the_same_array(core: Core) -> None:
    same = await play(
        core,
        """
        const one = stroke(20), two = stroke(20, { x: 900 });
        buffer.push(live([one, two]), 0);
        const { strokes, more } = buffer.at(5000);
        return [strokes[0] === one, strokes[1] === two, more];
        """,
    )
    assert same == [True, True, False]


async def test_another_character_begins_with_blank_paper(core: Core) -> None:
    shown = await play(
        core,
        """
        buffer.push(live([stroke(20)]), 0);
        buffer.push(null, 50);
        const blank = seen(5000);
        buffer.push({ ...live([stroke(3)]), c: 2 }, 5000);
        return [blank, seen(9000)];
        """,
    )
    assert shown == [[], [3]]
