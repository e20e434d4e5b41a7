/**
 * Offers a participant who waits alone to join a relay in another language. After that the stroke
 * order of each character plays by itself, once.
 */

import "../shared/lazy-text.js";
import { button, part, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";

export class LanguageOffer {
  #relay;
  #box = part("language-offer");
  #phrase = part("language-phrase");
  /** The locale of the accepted offer; empty before. */
  #accepted = "";
  /** The character whose stroke order was played last. */
  #played = "";

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    button("language-go").addEventListener("click", () => {
      this.#accepted = relay.state.room?.offer?.locale ?? "";
      relay.dispatch({ t: "user:accept-offer" });
    });
    button("language-stay").addEventListener("click", () => relay.dispatch({ t: "user:decline-offer" }));
  }

  /** Called repeatedly, because the stroke order is known after a time. */
  render() {
    const { room, draft, connection } = this.#relay.state;
    const offer = room?.offer;
    this.#box.hidden = !offer || room.partner !== null || connection.status !== "online";
    if (offer) {
      setText(this.#phrase, text("language_title", { text: offer.text }));
      this.#phrase.lang = offer.locale;
    }
    if (room && draft && room.phrase.locale === this.#accepted) this.#playOrder(`${room.id} ${draft.c}`);
  }

  /** @param {string} character */
  #playOrder(character) {
    if (character === this.#played || document.body.dataset.order !== "known") return;
    this.#played = character;
    button("order").click();
  }
}
