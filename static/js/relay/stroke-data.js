/**
 * Stroke data of the Chinese characters in the phrase catalogue. `static/strokes/README.md` tells
 * where the data comes from.
 */

import { once } from "../shared/lazy.js";

/** @typedef {{strokes: string[], medians: [number, number][][]}} StrokeData Outlines and median lines, in writing order. */

const FOLDER = "/static/strokes/";
/** From the coordinates of the data, y up, to those of SVG, y down. */
export const UPRIGHT = "translate(0 900) scale(1 -1)";

/** @type {() => Promise<Set<string>>} */
const known = once(() => fetchJson("index.json").then((chars) => new Set(chars)));
/** @type {Map<string, () => Promise<StrokeData>>} */
const loaded = new Map();

/**
 * @param {string} char
 * @param {string} locale The phrase's; Japanese has another stroke order for some characters.
 * @returns {Promise<StrokeData | null>} Null when there is none for this character.
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
