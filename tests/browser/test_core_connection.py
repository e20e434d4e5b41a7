"""client/js/connection: hello, liveness, loss and reconnect, with a fake socket and clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.conftest import Core

WORLD = """
  const { Connection } = await import("/client/js/connection/connection.js");
  const kept = new Map();
  const storage = {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => kept.set(key, value),
  };
  let timers = [];
  let now = 0;
  const clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => { timers = timers.filter((other) => other !== timer); };
    },
  };
  const pass = (ms) => {
    const until = now + ms;
    for (;;) {
      const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      timers = timers.filter((timer) => timer !== next);
      now = next.at;
      next.run();
    }
    now = until;
  };
  const sockets = [];
  const socket = (url, subprotocols, handlers) => {
    const made = { url, subprotocols, handlers, sent: [], closed: false };
    sockets.push(made);
    return {
      send: (frame) => made.sent.push(JSON.parse(frame)),
      close: () => { made.closed = true; },
    };
  };
  const statuses = [];
  const heard = [];
  const connection = new Connection({
    url: "ws://x/ws", socket, storage, clock, random: () => 0.5, hello: { client: "test" },
  });
  connection.on("status", (now) => statuses.push([now.status, now.reason, now.retryMs]));
  connection.on("message", (message) => heard.push(message.t));
  const last = () => sockets.at(-1);
  const says = (message) => last().handlers.message(JSON.stringify(message));
  const opens = () => last().handlers.open("jielong.v1.json");
  const welcomed = () => { opens(); says({ t: "welcome", token: "secret" }); };
  connection.start();
"""


async def connected(core: Core, body: str) -> Any:
    return await core(f"async () => {{ {WORLD} {body} }}")


async def test_hello_comes_first_and_brings_the_kept_token(core: Core) -> None:
    first, second, offered = await connected(
        core,
        """
        welcomed();
        last().handlers.close(1006);
        pass(statuses.at(-1)[2]);
        opens();
        return [sockets[0].sent, sockets[1].sent, sockets[0].subprotocols];
        """,
    )
    assert first == [{"t": "hello", "client": "test"}]
    assert second == [{"t": "hello", "token": "secret", "client": "test"}]
    assert offered == ["jielong.v1.msgpack", "jielong.v1.json"]


async def test_nothing_is_sent_before_welcome(core: Core) -> None:
    before, after = await connected(
        core,
        """
        opens();
        const before = connection.send({ t: "join" });
        says({ t: "welcome", token: "secret" });
        return [before, connection.send({ t: "join" })];
        """,
    )
    assert (before, after) == (False, True)


LOSSES = """
for (let i = 0; i < 9; i += 1) {
  last().handlers.close(1006);
  pass(statuses.at(-1)[2]);
}
return statuses.filter(([status]) => status === "offline").map(([, , ms]) => ms);
"""


async def test_tries_come_soon_while_the_seat_is_kept_and_then_seldom(core: Core) -> None:
    statuses = await connected(core, LOSSES)
    assert statuses == [5000, 2000, 2000, 2000, 2000, 3000, 6000, 12_000, 15_000]


async def test_it_does_not_give_up_unless_the_program_says_when(core: Core) -> None:
    limited = WORLD.replace('client: "test" },', 'client: "test" }, resumeMs: 60_000,')
    tried, more, again = await core(
        f"""async () => {{ {limited}
          welcomed();
          while (statuses.at(-1)[0] !== "stopped") {{
            last().handlers.close(1006);
            pass(statuses.at(-1)[2]);
          }}
          const tried = sockets.length;
          pass(1_000_000);
          const more = sockets.length - tried;
          connection.start();
          last().handlers.close(1006);
          return [tried, more, statuses.at(-1)[0]];
        }}"""
    )
    assert (tried, more, again) == (10, 0, "offline")


async def test_the_unlucky_too_try_twice_within_the_grace(core: Core) -> None:
    statuses = await core(f"async () => {{ {WORLD.replace('0.5', '0.999')} {LOSSES} }}")
    assert sum(statuses[:2]) < 14_000


@pytest.mark.parametrize(
    ("message", "why", "ms"),
    [
        ({"t": "bye", "why": "restart", "retry_ms": 1234}, "restart", 1234),
        ({"t": "error", "code": "busy", "message": "", "retry_ms": 4321}, "busy", 4321),
        ({"t": "error", "code": "slow_down", "message": "", "retry_ms": 50}, "slow_down", 50),
    ],
)
async def test_the_server_says_when_to_come_back(
    core: Core, message: dict[str, Any], why: str, ms: int
) -> None:
    status, early, late = await core(
        f"""async (message) => {{ {WORLD}
          opens();
          says(message);
          const status = statuses.at(-1);
          pass(message.retry_ms - 1);
          const early = sockets.length;
          pass(1);
          return [status, early, sockets.length];
        }}""",
        message,
    )
    assert status == ["offline", why, ms]
    assert (early, late) == (1, 2)


async def test_silence_is_broken_by_a_ping_and_ended_by_a_new_try(core: Core) -> None:
    sent, early, dropped = await connected(
        core,
        """
        welcomed();
        pass(20000);
        const sent = last().sent.at(-1);
        says({ t: "pong", n: 1 });
        pass(29000);
        const early = sockets[0].closed;
        pass(1000);
        return [sent, early, [sockets[0].closed, ...statuses.at(-1)]];
        """,
    )
    assert sent == {"t": "ping", "n": 1}
    assert early is False
    assert dropped == [True, "offline", "timeout", 2000]


async def test_a_server_that_never_answers_is_given_up(core: Core) -> None:
    statuses = await connected(core, "opens(); pass(10000); return statuses;")
    assert statuses[-1] == ["offline", "timeout", 2000]


@pytest.mark.parametrize(
    "end",
    ['says({ t: "error", code: "elsewhere", message: "" })', "last().handlers.close(4001)"],
)
async def test_taken_over_elsewhere_it_comes_back_only_when_asked(core: Core, end: str) -> None:
    status, tried, again = await connected(
        core,
        f"""
        welcomed();
        {end};
        pass(3600000);
        const tried = sockets.length;
        const status = connection.status;
        connection.start();
        return [status, tried, sockets.length];
        """,
    )
    assert (status, tried, again) == ("elsewhere", 1, 2)


async def test_a_network_that_is_back_is_not_waited_for(core: Core) -> None:
    before, after = await connected(
        core,
        """
        welcomed();
        last().handlers.close(1006);
        const before = sockets.length;
        connection.wake();
        return [before, sockets.length];
        """,
    )
    assert (before, after) == (1, 2)


async def test_a_half_open_connection_is_replaced_2_s_after_waking(core: Core) -> None:
    sent, early, late = await connected(
        core,
        """
        welcomed();
        connection.wake();
        const sent = last().sent.at(-1);
        pass(1999);
        const early = sockets.length;
        pass(1);
        return [sent, early, [sockets.length, sockets[0].closed, statuses.at(-1)[0]]];
        """,
    )
    assert sent == {"t": "ping", "n": 1}
    assert early == 1
    assert late == [2, True, "connecting"]


async def test_any_frame_shows_that_a_connection_is_alive(core: Core) -> None:
    tried, pings = await connected(
        core,
        """
        welcomed();
        connection.wake();
        connection.wake();
        pass(1500);
        says({ t: "counters" });
        pass(15000);
        return [sockets.length, last().sent.filter(({ t }) => t === "ping").length];
        """,
    )
    assert (tried, pings) == (1, 1)


async def test_a_slow_network_gets_more_time_for_each_probe_until_one_is_answered(
    core: Core,
) -> None:
    times = await connected(
        core,
        """
        const times = [];
        const probe = (answered) => {
          welcomed();
          connection.wake();
          if (answered) return says({ t: "pong", n: 1 });
          const from = now;
          const before = sockets.length;
          while (sockets.length === before) pass(500);
          times.push(now - from);
        };
        for (const answered of [false, false, false, false, true, false]) probe(answered);
        return times;
        """,
    )
    assert times == [2000, 4000, 8000, 10_000, 2000]


async def test_a_socket_that_does_not_open_is_replaced_after_waking(core: Core) -> None:
    tried = await connected(
        core, "pass(1000); connection.wake(); pass(2000); return sockets.length;"
    )
    assert tried == 2


async def test_the_token_is_kept_when_the_storage_loses_it(core: Core) -> None:
    sent = await connected(
        core,
        """
        storage.set = () => {};
        welcomed();
        last().handlers.close(1006);
        pass(statuses.at(-1)[2]);
        opens();
        return last().sent;
        """,
    )
    assert sent[0]["token"] == "secret"


async def test_a_garbled_frame_ends_the_connection(core: Core) -> None:
    status, heard = await connected(
        core, 'welcomed(); last().handlers.message("{"); return [statuses.at(-1), heard];'
    )
    assert status[:2] == ["offline", "garbled"]
    assert heard == ["welcome"]


async def test_a_mini_program_speaks_json_through_wx(core: Core) -> None:
    result = await core(
        """async () => {
          const { wxSocket, wxStorage } = await import("/client/js/adapters/wx.js");
          const asked = [];
          const said = [];
          let on = {};
          const wx = {
            connectSocket(options) {
              asked.push(options);
              return {
                onOpen: (run) => (on.open = run), onMessage: (run) => (on.message = run),
                onClose: (run) => (on.close = run), onError: (run) => (on.error = run),
                send: ({ data }) => said.push(data), close: () => {},
              };
            },
            getStorageSync: () => { throw new Error("full"); },
          };
          const heard = [];
          const socket = wxSocket(wx)("wss://x/ws", ["a", "b"], {
            open: (subprotocol) => heard.push(subprotocol),
            message: (frame) => heard.push(frame),
            close: (code) => heard.push(code),
          });
          on.open({});
          on.message({ data: "{}" });
          socket.send("[]");
          on.error();
          on.close({ code: 1000 });
          return { asked, said, heard, kept: wxStorage(wx).get("x") };
        }"""
    )
    assert result == {
        "asked": [{"url": "wss://x/ws", "protocols": ["jielong.v1.json"]}],
        "said": ["[]"],
        "heard": ["jielong.v1.json", "{}", 1006],
        "kept": None,
    }
