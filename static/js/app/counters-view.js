/**
 * The campaign's counters, visible on every screen.
 */

import { part, setText } from "../shared/dom.js";
import { formatNumber } from "../shared/text.js";

const NAMES = /** @type {const} */ (["relays", "participants", "online", "writing"]);

export class CountersView {
  #parts = NAMES.map((name) => part(`counter-${name}`));

  /** @param {import("../../../client/js/types.js").State} state */
  render({ counters }) {
    if (!counters) return;
    NAMES.forEach((name, i) => setText(this.#parts[i], formatNumber(counters[name])));
  }
}
