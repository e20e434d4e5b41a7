/**
 * A finished work on its sheet: every character as ink in its cell.
 */

import { make, makeGrid } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";

/**
 * @param {HTMLElement} list
 * @param {{char: string, strokes: number[][], label: string}[]} chars
 * @returns {InkCanvas[]} One for each character.
 */
export function showWork(list, chars) {
  /** @type {InkCanvas[]} */
  const inks = [];
  list.dataset.count = String(chars.length);
  list.replaceChildren(
    ...chars.map(({ char, strokes, label }) => {
      const canvas = make("canvas", { class: "ink", data: { testid: "work-char" } });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", char);
      const cell = make("div", { class: "cell" }, makeGrid(), canvas);
      const ink = new InkCanvas(canvas);
      ink.draw(strokes);
      inks.push(ink);
      return make("li", {}, cell, make("span", { class: "hand", text: label }));
    }),
  );
  return inks;
}
