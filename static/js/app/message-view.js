/**
 * Screens with a message only: opened elsewhere, campaign unknown, no connection, browser too old.
 */

import "../shared/lazy-text.js";
import { screenOf } from "../../../client/js/state/selectors.js";
import { BASE_PATH } from "../shared/base-path.js";
import { button, part, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";
import { isMessage, connectionText } from "./frame-view.js";

export class MessageView {
  #section = part("message");
  #seal = part("message-seal");
  #title = part("message-title");
  #text = part("message-text");
  #button = button("message-button");
  #link = /** @type {HTMLAnchorElement} */ (part("message-way"));
  #connection = part("connection");

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    setText(this.#button, text("elsewhere_here"));
    this.#link.href = `${BASE_PATH}/`;
    setText(this.#link, text("home"));
    this.#button.addEventListener("click", () => relay.start());
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render(state) {
    const screen = screenOf(state);
    this.#section.hidden = !isMessage(state);
    if (!isMessage(state)) return;
    setText(this.#connection, ""); // The frame was drawn before this view was loaded.
    this.#button.hidden = screen !== "elsewhere";
    if (screen === "offline") {
      setText(this.#seal, "");
      setText(this.#title, connectionText(state));
      setText(this.#text, "");
    } else this.#say(screen === "closed" ? "missing" : "elsewhere");
  }

  /** Shows a message that stays. @param {"too-old"} what */
  show(what) {
    document.body.dataset.state = what;
    this.#section.hidden = false;
    this.#say("too_old");
  }

  /** @param {"elsewhere" | "missing" | "too_old"} what */
  #say(what) {
    setText(this.#seal, text(`${what}_seal`));
    setText(this.#title, text(`${what}_title`));
    setText(this.#text, text(`${what}_text`));
  }
}
