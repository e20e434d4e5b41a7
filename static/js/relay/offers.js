/**
 * What a participant who waits alone is offered.
 */

import { KeepOffer } from "./keep-offer.js";
import { LanguageOffer } from "./language-offer.js";

export class Offers {
  #offers;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#offers = [new KeepOffer(relay), new LanguageOffer(relay)];
  }

  /** Called repeatedly, because the offers change with time. */
  render() {
    for (const offer of this.#offers) offer.render();
  }
}
