/**
 * `node main.js wss://example.org/ws msgpack xiangxin-ziji` opens a room with that phrase, prints
 * `invite CODE` for a friend, writes its characters, and prints `committed C` after each, `back`
 * after each return, and `completed WORK SERIAL` at the end.
 */

import { Participant, type Wire } from "./participant.js";

declare const process: { readonly argv: readonly string[]; exit(code: number): never };

const LIMIT_MS = 90_000;

const [, , address = "", wire = "json", phrase = ""] = process.argv;
setTimeout(() => {
  console.error("it takes too long");
  process.exit(1);
}, LIMIT_MS);

try {
  const one = new Participant(address, wire as Wire, phrase, (line) => console.log(line));
  const { work, serial } = await one.relay();
  console.log(`completed ${work} ${serial}`);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
