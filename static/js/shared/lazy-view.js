/**
 * A view that is loaded shortly before it is needed, so that the first stroke does not wait for it.
 */

import { LazyPart } from "./lazy.js";

/** @import { Change, State } from "../../../client/js/types.js" */

/**
 * A part of the document that shows the state.
 * @typedef {Object} View
 * @property {(state: State) => void} [render]
 * @property {(change: Change) => void} [onChange] Called once for every event, before `render`.
 */

export class LazyView {
  #part;
  #needed;
  /** @type {State | null} */
  #state = null;

  /**
   * @param {() => Promise<View>} load
   * @param {(state: State) => boolean} needed
   */
  constructor(load, needed) {
    this.#part = new LazyPart(load, () => this.#state && this.render(this.#state));
    this.#needed = needed;
  }

  /** @param {State} state */
  render(state) {
    this.#state = state;
    if (this.#needed(state)) this.#part.need();
    this.#part.part?.render?.(state);
  }
}
