/**
 * Compares `client/js/wire/msgpack.js` with `@msgpack/msgpack`: encoding of what a client sends and
 * decoding of what it receives. The runs alternate; the figure is the median of the runs.
 *
 *     npm install --no-save @msgpack/msgpack && node bench/msgpack.mjs
 */

import * as theirs from "@msgpack/msgpack";
import * as ours from "../client/js/wire/msgpack.js";

const RUNS = 15;
const RUN_MS = 60;

/** @param {number} points Of a stroke. */
const stroke = (points) => [2048, 1031, 170, 92, ...Array.from({ length: points - 1 }, (_, i) => [(i % 37) - 18, (i % 23) - 11, 8 + (i % 9), (i % 7) - 3]).flat()];
const phrase = (/** @type {number} */ i) => ({ id: `phrase-${i}`, text: "天天向上", chars: ["天", "天", "向", "上"], locale: "zh-Hans" });
const counters = { relays: 48_213, participants: 97_120, online: 812, writing: 640 };
const MESSAGES = {
  ink: { t: "ink", room: "hR3vXk2mQp8sT1wZ", c: 1, s: 3, p: stroke(4).slice(0, 16) },
  commit: { t: "commit", room: "hR3vXk2mQp8sT1wZ", c: 1, strokes: Array.from({ length: 9 }, () => stroke(40)) },
  welcome: {
    t: "welcome", token: "x".repeat(86), participant: "p".repeat(22), campaign: { id: "default", title: "接龙", open: true },
    phrases: Array.from({ length: 60 }, (_, i) => phrase(i)), counters, limits: { ink_ms: 33 }, resume: null, finished: [],
  },
};

/** Processor time, which other processes do not disturb. @param {() => void} run @returns {number} Microseconds a call. */
function time(run) {
  const start = process.cpuUsage();
  const used = () => process.cpuUsage(start).user;
  let calls = 0;
  while (used() < RUN_MS * 1000) for (let i = 0; i < 50; i += 1, calls += 1) run();
  return used() / calls;
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

for (const [name, message] of Object.entries(MESSAGES)) {
  const frame = ours.encode(message);
  const encoding = {
    "encode, ours": () => ours.encode(message),
    "encode, @msgpack/msgpack": () => theirs.encode(message),
  };
  const decoding = {
    "decode, ours": () => ours.decode(frame),
    "decode, @msgpack/msgpack": () => theirs.decode(frame),
  };
  const runs = message.t === "welcome" ? decoding : { ...encoding, ...decoding };
  const times = Object.fromEntries(Object.keys(runs).map((key) => [key, /** @type {number[]} */ ([])]));
  for (let run = 0; run < RUNS; run += 1) for (const [key, call] of Object.entries(runs)) times[key].push(time(call));
  for (const [key, values] of Object.entries(times)) console.log(`${name} (${frame.length} bytes) ${key}: ${median(values).toFixed(2)} µs`);
}
