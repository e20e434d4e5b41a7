/**
 * The pale character under the ink, to trace. It is drawn from stroke data where there is some, so
 * that it has the handwritten form on every device, and else in the page's font.
 */

import { part, setText, svg } from "../shared/dom.js";
import { addStyles } from "../shared/lazy.js";
import { UPRIGHT, strokeData } from "./stroke-data.js";

export class TracingGuide {
  #glyph = part("guide");
  #drawn = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.querySelector("[data-testid=guide-strokes]")));
  #order = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.querySelector("[data-testid=stroke-order]")));
  #char = "";
  /** @type {import("./stroke-data.js").StrokeData | null} */
  #data = null;

  /** @param {string} char @param {import("../../../client/js/types.js").Phrase} phrase The one that has it. */
  show(char, phrase) {
    if (char === this.#char) return;
    this.#char = char;
    this.#data = null;
    setText(this.#glyph, char);
    this.#glyph.lang = phrase.locale;
    this.#draw(null);
    strokeData(char, phrase)
      .then((data) => char === this.#char && this.#draw(data))
      .catch(() => {}); // The font's glyph stays.
  }

  /** Plays the stroke order. @returns {Promise<{char: string, n: number} | null>} Null: not known. */
  async playStrokeOrder() {
    const data = this.#data;
    if (!data) return null;
    const [{ playOrder }] = await Promise.all([import("./stroke-order.js"), addStyles("stroke-order")]);
    playOrder(this.#order, data);
    return { char: this.#char, n: data.strokes.length };
  }

  /** @param {import("./stroke-data.js").StrokeData | null} data */
  #draw(data) {
    this.#data = data;
    this.#order.replaceChildren();
    this.#glyph.hidden = data !== null;
    this.#drawn.replaceChildren(
      ...(data ? [svg("path", { d: data.strokes.join(" "), transform: UPRIGHT })] : []),
    );
    document.body.dataset.order = data ? "known" : "none";
  }
}
