/**
 * Stroke data of the Chinese characters in the phrases, one file a phrase. `static/strokes/README.md`
 * tells where the data comes from.
 */

import { once } from "../shared/lazy.js";

/** @import { Phrase } from "../../../client/js/types.js" */
/** @typedef {{strokes: string[], medians: [number, number][][]}} StrokeData Outlines and median lines, in writing order. */

/** From the coordinates of the data, y up, to those of SVG, y down. */
export const UPRIGHT = "translate(0 900) scale(1 -1)";

/** @type {Map<string, () => Promise<Record<string, StrokeData>>>} By the phrase's text. */
const loaded = new Map();

/**
 * @param {string} char
 * @param {Phrase} phrase The one that has it. Japanese has another stroke order for some characters.
 * @returns {Promise<StrokeData | null>} Null when there is none for this character.
 */
export async function strokeData(char, { text, locale }) {
  if (!locale.startsWith("zh")) return null;
  const load = loaded.get(text) ?? once(() => fetchStrokes(text));
  loaded.set(text, load);
  return (await load())[char] ?? null;
}

/** @param {string} text The names of the files are its code points. */
async function fetchStrokes(text) {
  const folder = document.documentElement.dataset.strokes;
  const name = [...text].map((char) => char.codePointAt(0)?.toString(16)).join("-");
  const answer = await fetch(`${folder}/${name}.json`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}
