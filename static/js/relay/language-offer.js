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
  /** The offer that was declined last. @type {import("../../../client/js/types.js").Phrase | null} */
  #declined = null;
  /** The character whose stroke order was played last. */
  #played = "";

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    button("language-go").addEventListener("click", () => {
      const offer = relay.state.room?.offer;
      if (!offer) return;
      this.#accepted = offer.locale;
      relay.dispatch({ t: "user:leave" });
      relay.dispatch({ t: "user:join", phrase: offer.id, locales: [offer.locale] });
    });
    button("language-stay").addEventListener("click", () => {
      this.#declined = relay.state.room?.offer ?? null;
      this.render();
    });
  }

  /** Called repeatedly, because the stroke order is known after a time. */
  render() {
    const { room, draft, connection } = this.#relay.state;
    const offer = room?.offer;
    this.#box.hidden = !offer || offer === this.#declined || room.partner !== null || connection.status !== "online";
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
