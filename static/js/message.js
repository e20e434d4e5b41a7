/**
 * Screens that only say something: taken over elsewhere, campaign closed or unknown, no line yet,
 * browser too old.
 */

import "./later-strings.js";
import { screenOf } from "../../client/js/state/selectors.js";
import { button, part, setText } from "./dom.js";
import { isMessage, lineWords } from "./page.js";
import { text } from "./strings.js";
import { View } from "./view.js";

export class MessageView extends View {
  #section = part("message");
  #seal = part("message-seal");
  #title = part("message-title");
  #words = part("message-text");
  #button = button("message-button");
  #way = /** @type {HTMLAnchorElement} */ (part("message-way"));

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    super();
    setText(this.#button, text("elsewhere_here"));
    this.#button.addEventListener("click", () => relay.start());
  }

  /** @param {import("../../client/js/types.js").State} state */
  render(state) {
    const screen = screenOf(state);
    this.#section.hidden = !isMessage(state);
    if (!isMessage(state)) return;
    this.#button.hidden = screen !== "elsewhere";
    if (screen === "offline") {
      setText(this.#seal, "");
      setText(this.#title, lineWords(state));
      setText(this.#words, "");
    } else if (screen === "closed" && !state.campaign?.id) {
      this.#say("missing");
      this.#way.href = "/";
      setText(this.#way, text("home"));
    } else this.#say(/** @type {"elsewhere" | "closed"} */ (screen));
  }

  /** @param {"too-old"} what Nothing else will be shown any more. */
  show(what) {
    document.body.dataset.state = what;
    this.#section.hidden = false;
    this.#say("too_old");
  }

  /** @param {"elsewhere" | "closed" | "missing" | "too_old"} what */
  #say(what) {
    setText(this.#seal, text(`${what}_seal`));
    setText(this.#title, text(`${what}_title`));
    setText(this.#words, text(`${what}_text`));
  }
}
