// A participant on a <canvas>. Serve the package, and open this in two windows:
// examples/canvas.html?url=ws://127.0.0.1:8000/ws
import {
  Pen, Relay, canWrite, decodeStroke, inkUsage, memoryStorage, screenOf, socketWith, solve,
} from "../index.js";

const [paper, status, commit] = ["paper", "status", "commit"].map((id) => document.getElementById(id));
const brush = paper.getContext("2d");
const url = new URLSearchParams(location.search).get("url");
const relay = new Relay({ url, socket: socketWith(WebSocket), storage: memoryStorage(), solve });
const pen = new Pen({ onPart: (p, end) => relay.dispatch({ t: "user:ink", p, end }) });

const sample = ({ offsetX, offsetY, timeStamp, pressure, pointerType }) => ({
  x: offsetX / paper.clientWidth, y: offsetY / paper.clientHeight, t: timeStamp, pressure, kind: pointerType,
});
paper.onpointerdown = (event) => canWrite(relay.state) && pen.down(sample(event), inkUsage(relay.state));
paper.onpointermove = (event) => pen.move([sample(event)]);
paper.onpointerup = () => pen.up();
commit.onclick = () => relay.dispatch({ t: "user:commit" });

relay.on("change", ({ state }) => {
  const { room, draft, done } = state;
  status.textContent = [screenOf(state), room?.turn.char, done?.url].filter(Boolean).join(" ");
  if (screenOf(state) === "idle") relay.dispatch({ t: "user:join" });
  brush.reset();
  brush.scale(paper.width / 4096, paper.height / 4096);
  for (const [first, ...points] of (draft ?? room?.live)?.strokes.map(decodeStroke) ?? []) {
    brush.beginPath();
    brush.lineWidth = first.w * 3;
    brush.moveTo(first.x, first.y);
    for (const { x, y } of points) brush.lineTo(x, y);
    brush.stroke();
  }
});
relay.start();
