/**
 * A number whose digits roll to their new values, each on a strip of its own.
 */

import { make } from "./dom.js";
import { formatNumber } from "./strings.js";

const DIGITS = "0123456789";

export class RollingNumber {
  #spoken = make("span", { class: "unseen" });
  #seen = make("span", { class: "rolling" });
  #shown = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#seen.setAttribute("aria-hidden", "true");
    root.replaceChildren(this.#spoken, this.#seen);
  }

  /** @param {number} value */
  show(value) {
    const words = formatNumber(value);
    if (words === this.#shown) return;
    this.#shown = words;
    this.#spoken.textContent = words;
    // From the right, so that a digit stays on its strip when the number grows longer.
    const places = [...words].reverse();
    while (this.#seen.childElementCount > places.length) this.#seen.firstElementChild?.remove();
    places.forEach((char, i) => this.#put(char, i));
  }

  /** @param {string} char @param {number} fromRight */
  #put(char, fromRight) {
    const at = this.#seen.childElementCount - 1 - fromRight;
    let place = /** @type {HTMLElement | null} */ (this.#seen.children[at] ?? null);
    const isDigit = DIGITS.includes(char);
    if (!place || (place.dataset.kind === "digit") !== isDigit) {
      const fresh = isDigit ? makeStrip() : make("span", { class: "between", data: { kind: "between" } });
      if (place) place.replaceWith(fresh);
      else this.#seen.prepend(fresh);
      place = fresh;
    }
    if (isDigit) place.style.setProperty("--digit", char);
    else place.textContent = char;
  }
}

function makeStrip() {
  const strip = make("span", { class: "strip" }, ...[...DIGITS].map((digit) => make("span", { text: digit })));
  return make("span", { class: "digit", data: { kind: "digit" } }, strip);
}
