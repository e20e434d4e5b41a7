/**
 * What a round with a partner has beside the paper: the time of the turn, and the small answers.
 */

import { Reactions } from "./reactions.js";
import { TurnTimer } from "./turn-timer.js";

/** @import { State } from "../../client/js/types.js" */

export class Company {
  #reactions;
  #timer;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#reactions = new Reactions(relay);
    this.#timer = new TurnTimer(relay);
    this.render(relay.state);
  }

  /** @param {import("../../client/js/types.js").Change} change */
  happened(change) {
    this.#reactions.happened(change);
  }

  /** @param {State} state */
  render(state) {
    this.#reactions.render(state);
  }

  /** What changes by time alone. @param {State} state */
  tick(state) {
    this.#timer.render(state);
  }
}
