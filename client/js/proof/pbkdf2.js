/**
 * PBKDF2 with HMAC-SHA-256 and a key of 32 bytes, for platforms without WebCrypto. RFC 8018.
 * Password and salt have at most 55 bytes, as those of a proof of work have.
 */

import { START, compress } from "./sha256.js";

const BLOCK_BYTES = 64;
const LONGEST = 51; // with four bytes of a block's number, 0x80 and the length it is one block

/** @param {Uint8Array} bytes @param {number} before Bytes hashed before. @returns {Int32Array} The last block. */
function lastBlock(bytes, before) {
  const padded = new Uint8Array(BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(60, (before + bytes.length) * 8);
  return Int32Array.from({ length: 16 }, (_, i) => view.getInt32(i * 4));
}

/** The state of HMAC after its key. @param {Uint8Array} password @param {number} pad */
function keyed(password, pad) {
  const padded = new Uint8Array(BLOCK_BYTES).fill(pad);
  password.forEach((byte, i) => (padded[i] ^= byte));
  const view = new DataView(padded.buffer);
  const state = START.slice();
  compress(state, Int32Array.from({ length: 16 }, (_, i) => view.getInt32(i * 4)));
  return state;
}

/**
 * @param {Uint8Array} password At most 51 bytes.
 * @param {Uint8Array} salt At most 51 bytes.
 * @param {number} iterations
 * @returns {Uint8Array} 32 bytes
 */
export function pbkdf2(password, salt, iterations) {
  if (password.length > LONGEST || salt.length > LONGEST) throw new RangeError("too long");
  const [inner, outer] = [keyed(password, 0x36), keyed(password, 0x5c)];
  const state = new Int32Array(8);
  const block = lastBlock(new Uint8Array(32), BLOCK_BYTES); // the padding behind a hash
  /** @param {Int32Array} first The block to hash first. */
  const hmac = (first) => {
    state.set(inner);
    compress(state, first);
    block.set(state);
    state.set(outer);
    compress(state, block);
  };
  hmac(lastBlock(Uint8Array.from([...salt, 0, 0, 0, 1]), BLOCK_BYTES));
  const key = state.slice();
  for (let i = 1; i < iterations; i += 1) {
    block.set(state);
    hmac(block);
    for (let j = 0; j < 8; j += 1) key[j] ^= state[j];
  }
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  key.forEach((word, i) => view.setInt32(i * 4, word));
  return bytes;
}
