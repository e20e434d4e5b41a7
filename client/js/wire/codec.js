/**
 * The two wire formats, named by their WebSocket subprotocols.
 */

import * as msgpack from "./msgpack.js";

/** @import { Codec } from "../types.js" */

/** @type {Codec} */
export const msgpackCodec = {
  subprotocol: "jielong.v1.msgpack",
  encode: msgpack.encode,
  decode(frame) {
    if (typeof frame === "string") throw new TypeError("a text frame on the MessagePack subprotocol");
    return msgpack.decode(frame);
  },
};

/** @type {Codec} */
export const jsonCodec = {
  subprotocol: "jielong.v1.json",
  encode: (message) => JSON.stringify(message),
  decode(frame) {
    if (typeof frame !== "string") throw new TypeError("a binary frame on the JSON subprotocol");
    return JSON.parse(frame);
  },
};

/** What a client offers, in order of preference. */
export const CODECS = [msgpackCodec, jsonCodec];

/**
 * @param {string} subprotocol The server's choice. Empty when the client offered none; the server
 *   then speaks JSON.
 * @returns {Codec}
 */
export function codecFor(subprotocol) {
  return CODECS.find((codec) => codec.subprotocol === subprotocol) ?? jsonCodec;
}
