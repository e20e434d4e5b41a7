/**
 * A view that is loaded shortly before it is needed, so that the first stroke does not wait for it.
 */

import { withCooldown } from "./lazy.js";
import { View } from "./view.js";

/** @import { State } from "../../../client/js/types.js" */

export class LazyView extends View {
  #load;
  #needed;
  /** @type {View | null} */
  #view = null;
  /** @type {State | null} */
  #state = null;

  /**
   * @param {() => Promise<View>} load May be called many times, see `once`.
   * @param {(state: State) => boolean} needed
   */
  constructor(load, needed) {
    super();
    this.#load = withCooldown(load);
    this.#needed = needed;
  }

  /** @param {State} state */
  render(state) {
    this.#state = state;
    if (this.#view) this.#view.render(state);
    else if (this.#needed(state)) this.#fetch().catch(() => {}); // Offline; a later change tries again.
  }

  async #fetch() {
    const view = await this.#load();
    if (this.#view) return;
    this.#view = view;
    if (this.#state) view.render(this.#state);
  }
}
