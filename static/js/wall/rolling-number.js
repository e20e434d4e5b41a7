/**
 * A number whose digits roll to their new values.
 */

import { make } from "../shared/dom.js";
import { formatNumber } from "../shared/text.js";

const DIGITS = "0123456789";

export class RollingNumber {
  #label = make("span", { class: "unseen" });
  #digits = make("span", { class: "rolling" });
  #shown = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#digits.setAttribute("aria-hidden", "true");
    root.replaceChildren(this.#label, this.#digits);
  }

  /** @param {number} value */
  show(value) {
    const words = formatNumber(value);
    if (words === this.#shown) return;
    this.#shown = words;
    this.#label.textContent = words;
    // From the right, so that the digits keep their places when the number gets longer.
    const places = [...words].reverse();
    while (this.#digits.childElementCount > places.length) this.#digits.firstElementChild?.remove();
    places.forEach((char, i) => this.#put(char, i));
  }

  /** @param {string} char @param {number} fromRight */
  #put(char, fromRight) {
    const at = this.#digits.childElementCount - 1 - fromRight;
    let place = /** @type {HTMLElement | null} */ (this.#digits.children[at] ?? null);
    const isDigit = DIGITS.includes(char);
    if (!place || (place.dataset.kind === "digit") !== isDigit) {
      const fresh = isDigit ? makeStrip() : make("span", { class: "between", data: { kind: "between" } });
      if (place) place.replaceWith(fresh);
      else this.#digits.prepend(fresh);
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
