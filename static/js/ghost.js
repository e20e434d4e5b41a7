/**
 * The pale character under the ink: drawn from stroke data where there is some, so that it has
 * the written form everywhere, and else in the font's.
 */

import { part, setText, svg } from "./dom.js";
import { addStyles } from "./later.js";

/** The data's square has its origin at the lower left and 124 units of it lie under the line. */
export const UPRIGHT = "translate(0 900) scale(1 -1)";

export class Ghost {
  #glyph = part("ghost");
  #drawn = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.querySelector("[data-testid=ghost-strokes]")));
  #order = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.querySelector("[data-testid=stroke-order]")));
  #char = "";
  /** @type {import("./stroke-data.js").StrokeData | null} */
  #data = null;

  /** @param {string} char @param {string} locale The phrase's. */
  show(char, locale) {
    if (char === this.#char) return;
    this.#char = char;
    this.#data = null;
    setText(this.#glyph, char);
    this.#glyph.lang = locale;
    this.#reveal(null);
    import("./stroke-data.js")
      .then(({ strokeData }) => strokeData(char, locale))
      .then((data) => char === this.#char && this.#reveal(data))
      .catch(() => {}); // The font's glyph does.
  }

  /** Whether there is an order to show; known a moment after the character is. */
  get hasOrder() {
    return this.#data !== null;
  }

  /** Plays the strokes in their order. @returns {Promise<{char: string, n: number} | null>} Null: not known. */
  async showOrder() {
    const data = this.#data;
    if (!data) return null;
    const [{ playOrder }] = await Promise.all([import("./stroke-order.js"), addStyles("order")]);
    playOrder(this.#order, data);
    return { char: this.#char, n: data.strokes.length };
  }

  /** @param {import("./stroke-data.js").StrokeData | null} data */
  #reveal(data) {
    this.#data = data;
    this.#order.replaceChildren();
    this.#glyph.hidden = data !== null;
    this.#drawn.replaceChildren(
      ...(data ? [svg("path", { d: data.strokes.join(" "), transform: UPRIGHT })] : []),
    );
    document.body.dataset.order = data ? "known" : "none";
  }
}
