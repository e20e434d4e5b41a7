// A participant without a screen: node examples/relay.js ws://127.0.0.1:8000/ws, twice.
// In Node 20 there is no WebSocket: npm install ws, and import { WebSocket } from "ws".
import { Relay, encodeStroke, memoryStorage, screenOf, socketWith, solve } from "../index.js";

const relay = new Relay({
  url: process.argv[2] ?? "ws://127.0.0.1:8000/ws",
  socket: socketWith(WebSocket),
  storage: memoryStorage(),
  solve,
});

relay.on("change", ({ state, before }) => {
  const screen = screenOf(state);
  if (screen === screenOf(before)) return;
  if (screen === "idle") relay.dispatch({ t: "user:join" });
  if (screen === "my-turn") write(state.room.turn.char);
  if (screen === "done") {
    console.log(`work ${state.done.url}, your number is ${state.done.serial}`);
    relay.stop();
  }
});

// A horizontal stroke, and it takes as long as a hand would: 12 ms a point.
async function write(char) {
  console.log(`writing ${char}`);
  const points = Array.from({ length: 50 }, (_, i) => ({ x: 500 + 60 * i, y: 2000, dt: i && 12, w: 90 }));
  relay.dispatch({ t: "user:ink", p: encodeStroke(points), end: true });
  await new Promise((done) => setTimeout(done, 50 * 12));
  relay.dispatch({ t: "user:commit" });
}

relay.start();
