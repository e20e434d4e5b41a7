/**
 * Reactions: five buttons, and an icon that floats up when the partner reacts.
 */

import "../shared/lazy-text.js";
import { REACTIONS } from "../../../client/js/protocol.js";
import { icon, make, part } from "../shared/dom.js";
import { text } from "../shared/text.js";

/** At most one reaction in this time. */
const PAUSE_MS = 700;

export class Reactions {
  #bar = part("reactions");
  #floats = part("floats");
  #announcer = part("announcer");
  #buttons;
  #isPaused = false;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#buttons = REACTIONS.map((e) => {
      const button = make("button", { class: "reaction", data: { testid: `react-${e}` } }, icon(e));
      button.type = "button";
      button.title = text(`react_${e}`);
      button.setAttribute("aria-label", button.title);
      button.addEventListener("click", () => {
        if (this.#isPaused) return;
        relay.dispatch({ t: "user:react", e });
        this.#pause();
      });
      return button;
    });
    this.#bar.append(...this.#buttons);
  }

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange({ before, state }) {
    if (state.reaction && state.reaction !== before.reaction) this.#float(state.reaction.e);
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render({ room, connection }) {
    const canReact = connection.status === "online" && room?.partner?.state === "here";
    for (const button of this.#buttons) button.disabled = !canReact;
  }

  #pause() {
    this.#isPaused = true;
    setTimeout(() => (this.#isPaused = false), PAUSE_MS);
  }

  /** @param {import("../../../client/js/types.js").Reaction} e */
  #float(e) {
    const track = String(1 + Math.floor(Math.random() * 4));
    const float = make("span", { class: "float", data: { testid: "float", e, track } }, icon(e));
    float.addEventListener("animationend", () => float.remove());
    this.#floats.append(float);
    this.#announcer.textContent = text("reacted", { what: text(`react_${e}`) });
  }
}
