/**
 * Keeps the keyboard's place when one screen gives way to another: the new screen's heading takes
 * the focus that the old one's button had.
 */

import { View } from "./view.js";

export class FocusView extends View {
  /** @type {HTMLElement | null} */
  #seen = null;

  render() {
    const seen = /** @type {HTMLElement | null} */ (document.querySelector("main > section:not([hidden])"));
    if (seen === this.#seen) return;
    const first = this.#seen === null;
    this.#seen = seen;
    if (!first) scrollTo(0, 0);
    const focused = document.activeElement;
    const lost = !focused || focused === document.body || focused.closest("[hidden]") !== null;
    if (first || !lost) return;
    const heading = seen?.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
