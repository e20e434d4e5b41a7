/**
 * Five small answers without words: buttons here, a mark that floats up on the partner's page.
 */

import "./later-strings.js";
import { REACTIONS } from "../../client/js/protocol.js";
import { icon, make, part } from "./dom.js";
import { text } from "./strings.js";

/** One in this time: a reaction is a word, not a drum. */
const REST_MS = 700;

export class Reactions {
  #bar = part("reactions");
  #floats = part("floats");
  #announcer = part("announcer");
  #buttons;
  #resting = false;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#buttons = REACTIONS.map((e) => {
      const button = make("button", { class: "reaction", data: { testid: `react-${e}` } }, icon(e));
      button.type = "button";
      button.title = text(`react_${e}`);
      button.setAttribute("aria-label", button.title);
      button.addEventListener("click", () => {
        if (this.#resting) return;
        relay.dispatch({ t: "user:react", e });
        this.#rest();
      });
      return button;
    });
    this.#bar.append(...this.#buttons);
  }

  /** @param {import("../../client/js/types.js").Change} change */
  happened({ before, state }) {
    if (state.reaction && state.reaction !== before.reaction) this.#float(state.reaction.e);
  }

  /** @param {import("../../client/js/types.js").State} state */
  render({ room, connection }) {
    const heard = connection.status === "online" && room?.partner?.state === "here";
    for (const button of this.#buttons) button.disabled = !heard;
  }

  #rest() {
    this.#resting = true;
    setTimeout(() => (this.#resting = false), REST_MS);
  }

  /** @param {import("../../client/js/types.js").Reaction} e */
  #float(e) {
    const way = String(1 + Math.floor(Math.random() * 4));
    const float = make("span", { class: "float", data: { testid: "float", e, way } }, icon(e));
    float.addEventListener("animationend", () => float.remove());
    this.#floats.append(float);
    this.#announcer.textContent = text("reacted", { what: text(`react_${e}`) });
  }
}
