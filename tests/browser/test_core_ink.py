"""client/js/ink: from pointer samples to strokes of the wire and back, exactly."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Core

PEN = """
  const { Pen } = await import("/client/js/ink/pen.js");
  const { decodeStroke } = await import("/client/js/ink/stroke.js");
  const timers = [];
  const clock = { now: () => 0, after: (ms, run) => { timers.push(run); return () => {}; } };
  const parts = [];
  const full = [];
  const pen = new Pen({
    clock, onPart: (p, end) => parts.push({ p, end }), onFull: (what) => full.push(what),
  });
  const at = (x, y, t, pressure = 0.5, kind = "mouse") => ({ x, y, t, pressure, kind });
  const tick = () => timers.splice(0).forEach((run) => run());
"""
"""A pen whose clock ticks when told to."""


async def pen(core: Core, body: str) -> Any:
    return await core(f"async () => {{ {PEN} {body} }}")


async def test_points_come_back_from_a_stroke_exactly(core: Core) -> None:
    points = [
        {"x": 0, "y": 4095, "dt": 60_000, "w": 255},
        {"x": 4095, "y": 0, "dt": 0, "w": 1},
        {"x": 4095, "y": 1, "dt": 17, "w": 128},
    ]
    stroke, again = await core(
        """async (points) => {
          const { encodeStroke } = await import("/client/js/ink/encode-stroke.js");
          const { decodeStroke } = await import("/client/js/ink/stroke.js");
          const stroke = encodeStroke(points);
          return [stroke, decodeStroke(stroke)];
        }""",
        points,
    )
    assert stroke == [0, 4095, 60_000, 255, 4095, -4095, 0, -254, 0, 1, 17, 127]
    assert again == points


async def test_a_point_lies_where_the_pointer_was_however_long_the_stroke(core: Core) -> None:
    end = await pen(
        core,
        """
        pen.down(at(0.1, 0.1, 1000.4), { strokes: 0, points: 0, bytes: 0 });
        for (let i = 1; i <= 300; i += 1)
          pen.move([at(0.1 + i * 0.0026667, 0.1 + i * 0.0025, 1000.4 + i * 8.3333)]);
        pen.up();
        const points = decodeStroke(parts.flatMap(({ p }) => p));
        const last = points.at(-1);
        const time = points.slice(1).reduce((sum, { dt }) => sum + dt, 0);
        return { ...last, time, count: points.length };
        """,
    )
    assert end["count"] == 301
    assert (end["x"], end["y"]) == (round(0.90001 * 4095), round(0.85 * 4095))
    assert end["time"] == round(1000.4 + 300 * 8.3333) - 1000


async def test_only_the_first_part_has_an_absolute_point_and_only_the_last_an_end(
    core: Core,
) -> None:
    parts, whole = await pen(
        core,
        """
        pen.down(at(0.5, 0.5, 0), { strokes: 0, points: 0, bytes: 0 });
        for (const step of [1, 2, 3, 4, 5, 6]) {
          pen.move([at(0.5 + step * 0.05, 0.5, step * 16)]);
          tick();
        }
        const whole = [...pen.stroke];
        pen.up();
        return [parts, whole];
        """,
    )
    assert [number for part in parts for number in part["p"]] == whole
    assert [part["end"] for part in parts] == [False] * (len(parts) - 1) + [True]
    assert len(parts) > 2
    assert all(len(part["p"]) >= 4 for part in parts)
    assert parts[0]["p"][0] == 2048
    assert all(abs(part["p"][0]) < 300 for part in parts[1:])


async def test_parts_wait_for_the_clock(core: Core) -> None:
    before, after = await pen(
        core,
        """
        pen.down(at(0.5, 0.5, 0), { strokes: 0, points: 0, bytes: 0 });
        pen.move([at(0.6, 0.5, 8), at(0.7, 0.5, 12)]);
        const before = parts.length;
        tick();
        return [before, parts.length];
        """,
    )
    assert (before, after) == (0, 1)


async def test_parts_are_no_closer_than_the_server_asks_for(core: Core) -> None:
    waits = await core(
        """async () => {
          const { Pen } = await import("/client/js/ink/pen.js");
          const waits = [];
          const clock = { now: () => 0, after: (ms) => { waits.push(ms); return () => {}; } };
          let least = 17;
          const pen = new Pen({ clock, onPart: () => {}, leastMs: () => least });
          const down = () => pen.down(
            { x: 0.5, y: 0.5, t: 0, pressure: 0.5, kind: "mouse" },
            { strokes: 0, points: 0, bytes: 0 },
          );
          down();
          pen.up();
          least = 100;
          down();
          return waits;
        }"""
    )
    assert waits == [33, 100]


async def test_a_stroke_tells_the_pause_before_it_and_no_pause_exceeds_a_minute(
    core: Core,
) -> None:
    pauses = await pen(
        core,
        """
        const stroke = (from, used) => {
          pen.down(at(0.2, 0.2, from), { strokes: used, points: used * 2, bytes: 0 });
          pen.move([at(0.3, 0.3, from + 20)]);
          pen.up();
        };
        stroke(500, 0);
        stroke(820, 1);
        stroke(100000, 2);
        stroke(100100, 1);
        return parts.map(({ p }) => p[2]);
        """,
    )
    # The last one follows an undo: its pause is since the stroke that is left, also clamped.
    assert pauses == [0, 300, 60_000, 60_000]


async def test_a_sample_off_the_paper_is_drawn_at_its_edge(core: Core) -> None:
    points = await pen(
        core,
        """
        pen.down(at(0.9, 0.5, 0), { strokes: 0, points: 0, bytes: 0 });
        pen.move([at(1.4, -0.3, 9)]);
        pen.up();
        return decodeStroke(parts.flatMap(({ p }) => p));
        """,
    )
    assert (points[-1]["x"], points[-1]["y"]) == (4095, 0)


async def test_a_character_takes_64_strokes_and_4096_points_and_says_so(core: Core) -> None:
    taken, full, count = await pen(
        core,
        """
        const taken = [pen.down(at(0.5, 0.5, 0), { strokes: 64, points: 64, bytes: 0 })];
        taken.push(pen.down(at(0.5, 0.5, 0), { strokes: 1, points: 4090, bytes: 0 }));
        for (let i = 1; i < 20; i += 1) pen.move([at(0.5 + i * 0.01, 0.5, i)]);
        return [taken, full, parts.flatMap(({ p }) => p).length / 4];
        """,
    )
    assert taken == [False, True]
    assert full == ["strokes", "points"]
    assert count == 6


async def test_ink_ends_before_a_commit_as_json_outgrows_a_frame(core: Core) -> None:
    ended, points, size, again = await pen(
        core,
        """
        const { reduce } = await import("/client/js/state/reduce.js");
        const { commandsFor } = await import("/client/js/state/commands.js");
        const { inkUsage } = await import("/client/js/state/selectors.js");
        const { initialState } = await import("/client/js/state/state.js");
        const draft = { room: "r".repeat(128), c: 7, strokes: [], open: false, committing: false };
        let state = { ...initialState(), draft, room: { id: draft.room } };
        const happen = (event) => {
          const before = state;
          state = reduce(before, event, 0);
          return commandsFor(before, state, event);
        };
        let t = 0;
        let x = 0;
        while (full.length === 0) {
          t += 60000;
          pen.down(at(x, x, t, x, "pen"), inkUsage(state));
          for (let i = 0; i < 70 && pen.isDown; i += 1) {
            x = 1 - x;
            t += 60000;
            pen.move([at(x, x, t, x, "pen")]);
          }
          pen.up();
          for (const { p, end } of parts.splice(0)) happen({ t: "user:ink", p, end });
        }
        const { points } = inkUsage(state);
        const again = pen.down(at(0, 0, t), inkUsage(state));
        const [{ send }] = happen({ t: "user:commit" });
        return [full[0], points, JSON.stringify(send).length, again];
        """,
    )
    assert (ended, again) == ("points", False)
    assert 2500 < points < 4096
    assert 64_000 < size < 64 * 1024


async def test_pressure_widens_a_pen_and_speed_thins_a_finger(core: Core) -> None:
    light, heavy, slow, quick = await pen(
        core,
        """
        const width = (kind, pressure, ms) => {
          parts.length = 0;
          pen.down(at(0.1, 0.1, 0, pressure, kind), { strokes: 0, points: 0, bytes: 0 });
          for (let i = 1; i < 20; i += 1)
            pen.move([at(0.1 + i * 0.04, 0.1, i * ms, pressure, kind)]);
          pen.up();
          return decodeStroke(parts.flatMap(({ p }) => p)).at(-1).w;
        };
        return [
          width("pen", 0.1, 9), width("pen", 1, 9), width("touch", 0, 60), width("touch", 0, 9),
        ];
        """,
    )
    assert 1 <= light < heavy <= 255
    assert 1 <= quick < slow <= 255


async def test_waiting_ink_stays_under_the_rate_and_loses_nothing(core: Core) -> None:
    most, sent, points = await core(
        """async () => {
          const { InkRateLimiter } = await import("/client/js/ink/rate-limiter.js");
          let now = 0;
          const timers = [];
          const clock = {
            now: () => now,
            after: (ms, run) => { timers.push({ at: now + ms, run }); return () => {}; },
          };
          const sent = [];
          const limiter = new InkRateLimiter((frame) => sent.push({ at: now, frame }), clock);
          for (let s = 0; s < 64; s += 1)
            for (let i = 0; i < 4; i += 1)
              limiter.push({ t: "ink", room: "r", c: 0, s, p: [s, i, 0, 0], end: i === 3 });
          while (timers.length > 0) {
            const { at, run } = timers.shift();
            now = at;
            run();
          }
          const inSecond = (from) => sent.filter(({ at }) => at >= from && at < from + 1000).length;
          const points = sent.flatMap(({ frame }) => frame.p).length / 4;
          return [Math.max(...sent.map(({ at }) => inSecond(at))), sent.length, points];
        }"""
    )
    assert most < 60
    assert sent < 64 * 4
    assert points == 64 * 4
