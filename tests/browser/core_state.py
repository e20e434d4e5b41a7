"""The state of client/js run on a list of events, and the events that tests make."""

from __future__ import annotations

from typing import Any

PHRASE = {"id": "p", "text": "天天向上", "chars": ["天", "天", "向", "上"], "locale": "zh-Hans"}
COUNTERS = {"relays": 3, "participants": 6, "online": 2, "writing": 2}
INK = [[10, 20, 0, 90, 5, 5, 16, 0]]
OTHER = [[30, 40, 0, 80, 1, 1, 16, 0]]
RUN = """async (events) => {
  const { reduce } = await import("/client/js/state/reduce.js");
  const { commandsFor } = await import("/client/js/state/commands.js");
  const { canWrite, screenOf } = await import("/client/js/state/selectors.js");
  const { initialState } = await import("/client/js/state/state.js");
  let state = initialState();
  const sent = [];
  const screens = [];
  for (const event of events) {
    const before = state;
    state = reduce(before, event, 1000);
    sent.push(commandsFor(before, state, event));
    screens.push(screenOf(state));
  }
  // As JSON, for what is undefined is not on the wire either.
  return JSON.parse(JSON.stringify({ state, sent, screens, canWrite: canWrite(state) }));
}"""


def online() -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "online", "reason": "", "retryMs": 0}}


def offline(why: str = "lost") -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "offline", "reason": why, "retryMs": 100}}


def elsewhere() -> dict[str, Any]:
    return {"t": "connection", "connection": {"status": "elsewhere", "reason": "", "retryMs": 0}}


def welcome(resume: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    campaign = {"id": "default", "title": "接龙", "open": True}
    base = {"t": "welcome", "token": "k", "participant": "me", "campaign": campaign}
    rest = {"phrases": [PHRASE], "counters": COUNTERS, "limits": {}, "finished": []}
    return {**base, **rest, "resume": resume, **more}


def turn(c: int, seat: int, ms: int = 60_000) -> dict[str, Any]:
    return {"c": c, "char": PHRASE["chars"][c], "seat": seat, "ms": ms}


def waiting(c: int = 0, committed: list[Any] | None = None) -> dict[str, Any]:
    return {"t": "waiting", "room": "r", "phrase": PHRASE, "seat": 0,
            "committed": committed or [], "turn": turn(c, c % 2)}  # fmt: skip


def matched(seat: int, c: int = 0, committed: list[Any] | None = None) -> dict[str, Any]:
    return {"t": "matched", "room": "r", "phrase": PHRASE, "seat": seat,
            "partner": {"alias": "晨光", "here": True}, "committed": committed or [],
            "turn": turn(c, c % 2)}  # fmt: skip


def drawn(stroke: list[int] = INK[0]) -> dict[str, Any]:
    return {"t": "user:ink", "p": stroke, "end": True}


def committed(c: int, strokes: list[Any]) -> dict[str, Any]:
    return {"t": "committed", "room": "r", "c": c, "seat": c % 2, "strokes": strokes}


def partner(state: str, **more: Any) -> dict[str, Any]:
    return {"t": "partner", "room": "r", "state": state, **more}


def messages(commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [command["send"] for command in commands if "send" in command]


def turn_to(c: int) -> dict[str, Any]:
    return {"t": "turn", "room": "r", **turn(c, c % 2)}
