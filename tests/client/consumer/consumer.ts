// A program in TypeScript on the npm package. It is compiled, never run: every line that is to fail
// says so, and fails the compiler if it does not.
import {
  Api, Pen, REACTIONS, Relay, canWrite, decodeStroke, encodeStroke, memoryStorage, screenOf, socketWith, solve,
} from "jielong-client";
import { browserSocket, browserStorage, socketUrl } from "jielong-client/browser";
import type { Change, FromServer, SocketAdapter, State, Stroke, ToServer } from "jielong-client/types";
import { wxHttp, wxSocket, wxStorage } from "jielong-client/wx";

const adapters: SocketAdapter[] = [socketWith(WebSocket), browserSocket, wxSocket({})];
const relay = new Relay({
  url: socketUrl(location),
  socket: adapters[0] ?? browserSocket,
  storage: Math.random() < 0.5 ? browserStorage : memoryStorage(new Map([["key", "value"]])),
  hello: { campaign: "default", locale: "en" },
  resumeMs: 60_000,
  solve,
});

relay.on("change", ({ state, before, event }: Change) => {
  const screen: "done" | "idle" | string = screenOf(state);
  if (screen === "done" && before.done === null) console.log(state.done?.serial.toFixed());
  if (event.t === "matched") console.log(event.partner.alias, event.turn.ms + 1);
  write(state);
});

function write(state: State): void {
  if (!canWrite(state)) return;
  const stroke: Stroke = encodeStroke([{ x: 0, y: 0, dt: 0, w: 9 }]);
  const width: number | undefined = decodeStroke(stroke)[0]?.w;
  relay.dispatch({ t: "user:ink", p: stroke, end: width === 9 });
  relay.dispatch({ t: "user:react", e: REACTIONS[0] });
}

export function nameOf(message: FromServer | ToServer): string {
  switch (message.t) {
    case "committed": return message.strokes.flat().join();
    case "commit": return message.room;
    default: return message.t;
  }
}

new Pen({ onPart: (part, end) => relay.dispatch({ t: "user:ink", p: part, end }) });
wxStorage({}).set("key", null);

const api = new Api({ url: "ws://127.0.0.1:8000/ws", http: wxHttp({}), locale: "zh-CN" });
void api.pledge("default", "tea", "token").then(({ number, certificate }) => `${number + 1} ${certificate}`);
void api.works("default", { cursor: null }).then(({ works }) => works[0]?.chars[0]?.strokes.flat());

// @ts-expect-error There is no such reaction.
relay.dispatch({ t: "user:react", e: "frown" });
// @ts-expect-error There is no such event.
relay.on("changed", () => {});
// @ts-expect-error A relay needs a socket.
new Relay({ url: "ws://127.0.0.1:8000/ws", storage: memoryStorage(), solve });
// @ts-expect-error The state is to be read, not set.
relay.state = null;
// @ts-expect-error `secret` is no key of `hello`.
new Relay({ url: "", socket: browserSocket, storage: browserStorage, solve, hello: { secret: 1 } });
