/**
 * When nobody has come for a while: an offer, on the idle paper, to leave the finished character
 * for a later stranger. It is made once a round; who declines waits on.
 */

import "./later-strings.js";
import { shouldOfferToKeep } from "../../client/js/state/selectors.js";
import { button, part } from "./dom.js";

export class KeepOffer {
  #relay;
  #box = part("keep-offer");
  #declined = "";

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    button("keep-go").addEventListener("click", () => relay.dispatch({ t: "user:leave" }));
    button("keep-stay").addEventListener("click", () => {
      this.#declined = relay.state.room?.id ?? "";
      this.render();
    });
  }

  /** Time alone brings it up, so it is asked again and again. */
  render() {
    const { state } = this.#relay;
    const seen = shouldOfferToKeep(state, this.#relay.now()) && state.connection.status === "online";
    this.#box.hidden = !seen || state.room?.id === this.#declined;
  }
}
