/**
 * The strokes of Chinese characters, served for those of the phrase catalogue; see
 * static/strokes/README.md for where they come from.
 */

import { once } from "./later.js";

/** @typedef {{strokes: string[], medians: [number, number][][]}} StrokeData Paths and middle lines, in writing order. */

const FOLDER = "/static/strokes/";

/** @type {() => Promise<Set<string>>} */
const known = once(() => fetchJson("index.json").then((chars) => new Set(chars)));
/** @type {Map<string, () => Promise<StrokeData>>} */
const loaded = new Map();

/**
 * @param {string} char
 * @param {string} locale The phrase's: a Japanese hand writes some characters in another order.
 * @returns {Promise<StrokeData | null>} Null: there is none for this character.
 */
export async function strokeData(char, locale) {
  if (!locale.startsWith("zh") || [...char].length !== 1) return null;
  const id = /** @type {number} */ (char.codePointAt(0)).toString(16);
  if (!(await known()).has(id)) return null;
  const load = loaded.get(id) ?? once(() => fetchJson(`${id}.json`));
  loaded.set(id, load);
  return load();
}

/** @param {string} name */
async function fetchJson(name) {
  const answer = await fetch(FOLDER + name);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}
