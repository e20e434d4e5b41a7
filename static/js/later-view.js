/** A view that is fetched when it is about to be needed: the first stroke need not wait for it. */

import { patiently } from "./later.js";
import { View } from "./view.js";

/** @import { State } from "../../client/js/types.js" */

export class LaterView extends View {
  #load;
  #needed;
  /** @type {View | null} */
  #view = null;
  /** @type {State | null} */
  #state = null;

  /**
   * @param {() => Promise<View>} load May be called again and again, see `once`.
   * @param {(state: State) => boolean} needed
   */
  constructor(load, needed) {
    super();
    this.#load = patiently(load);
    this.#needed = needed;
  }

  /** @param {State} state */
  render(state) {
    this.#state = state;
    if (this.#view) this.#view.render(state);
    else if (this.#needed(state)) this.#fetch().catch(() => {}); // Without a line; a later change tries again.
  }

  async #fetch() {
    const view = await this.#load();
    if (this.#view) return;
    this.#view = view;
    if (this.#state) view.render(this.#state);
  }
}
