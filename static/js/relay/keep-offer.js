/**
 * When no partner has come for a while: offers to leave the finished character for a later one.
 * A user who declines is not asked again in the same room.
 */

import "../shared/lazy-text.js";
import { shouldOfferToKeep } from "../../../client/js/state/keep-offer.js";
import { button, part } from "../shared/dom.js";

export class KeepOffer {
  #relay;
  #box = part("keep-offer");
  #declined = "";

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    button("keep-go").addEventListener("click", () => relay.dispatch({ t: "user:leave" }));
    button("keep-stay").addEventListener("click", () => {
      this.#declined = relay.state.room?.id ?? "";
      this.render();
    });
  }

  /** Called repeatedly, because the offer appears after a time. */
  render() {
    const { state } = this.#relay;
    const isDue = shouldOfferToKeep(state, this.#relay.now()) && state.connection.status === "online";
    this.#box.hidden = !isDue || state.room?.id === this.#declined;
  }
}
