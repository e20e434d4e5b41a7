/**
 * Solves a proof of work: an ALTCHA challenge of format 2 with PBKDF2/SHA-256. With WebCrypto the
 * browser derives the keys beside the page's thread; without it, this derives them in short turns.
 */

import { pbkdf2 } from "./pbkdf2.js";

/** How long the page's thread is used at a time. */
const TURN_MS = 8;

const KEY_BYTES = 32;

/** @import { Altcha } from "../types.js" */

/**
 * @param {Altcha} altcha
 * @param {Object} [platform]
 * @param {SubtleCrypto | undefined} [platform.subtle] Undefined: there is no WebCrypto.
 * @returns {Promise<string>} The `proof` for `join`.
 */
export async function solve(altcha, { subtle = globalThis.crypto?.subtle } = {}) {
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = altcha.parameters;
  if (algorithm !== "PBKDF2/SHA-256" || keyLength !== KEY_BYTES) throw new Error(`cannot solve ${algorithm}`);
  const derive = subtle ? native(subtle, bytesOf(salt), cost) : slow(bytesOf(salt), cost);
  const password = new Uint8Array([...bytesOf(nonce), 0, 0, 0, 0]);
  const view = new DataView(password.buffer);
  for (let counter = 0; ; counter += 1) {
    view.setUint32(password.length - 4, counter);
    const derivedKey = hexOf(await derive(password));
    if (derivedKey.startsWith(keyPrefix)) return base64(JSON.stringify({ challenge: altcha, solution: { counter, derivedKey } }));
  }
}

/**
 * @param {SubtleCrypto} subtle @param {Uint8Array<ArrayBuffer>} salt @param {number} iterations
 * @returns {(password: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>}
 */
function native(subtle, salt, iterations) {
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return async (password) => {
    const key = await subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    return new Uint8Array(await subtle.deriveBits(parameters, key, KEY_BYTES * 8));
  };
}

/** @param {Uint8Array} salt @param {number} iterations @returns {(password: Uint8Array) => Uint8Array | Promise<Uint8Array>} */
function slow(salt, iterations) {
  let until = Date.now() + TURN_MS;
  return async (password) => {
    if (Date.now() >= until) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      until = Date.now() + TURN_MS;
    }
    return pbkdf2(password, salt, iterations);
  };
}

/** @param {string} hex @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {Uint8Array} bytes */
function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Mini-programs have no `btoa`. @param {string} text ASCII */
function base64(text) {
  let coded = "";
  for (let i = 0; i < text.length; i += 3) {
    const some = [0, 1, 2].map((j) => text.charCodeAt(i + j) || 0);
    const bits = (some[0] << 16) | (some[1] << 8) | some[2];
    const left = Math.min(3, text.length - i);
    for (let j = 0; j < 4; j += 1) coded += j <= left ? DIGITS[(bits >> (18 - 6 * j)) & 63] : "=";
  }
  return coded;
}
