/**
 * A finished work on its sheet: every character as ink in its cell.
 */

import { directionOf } from "../../../client/js/direction.js";
import { make, makeGrid } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";

/**
 * @param {HTMLElement} list
 * @param {{text: string}} phrase
 * @param {{char: string, strokes: number[][], label: string}[]} chars
 * @returns {InkCanvas[]} One for each character.
 */
export function showWork(list, phrase, chars) {
  /** @type {InkCanvas[]} */
  const inks = [];
  list.dataset.count = String(chars.length);
  list.dir = directionOf(phrase);
  list.replaceChildren(
    ...chars.map(({ char, strokes, label }) => {
      const canvas = make("canvas", { class: "ink", data: { testid: "work-char" } });
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", char);
      const cell = make("div", { class: "cell" }, makeGrid(), canvas);
      const ink = new InkCanvas(canvas);
      ink.draw(strokes);
      inks.push(ink);
      const hand = make("span", { class: "hand", text: label });
      hand.dir = "auto";
      return make("li", {}, cell, hand);
    }),
  );
  return inks;
}
