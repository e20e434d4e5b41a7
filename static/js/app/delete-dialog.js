/**
 * Asks before everything of the participant is deleted, deletes it, and begins anew.
 */

import "../shared/lazy-text.js";
import { browserStorage } from "../../../client/js/adapters/browser.js";
import { TOKEN_KEY } from "../../../client/js/connection/connection.js";
import { DRAFT_KEY } from "../../../client/js/relay.js";
import { WORKS_KEY } from "../../../client/js/saved-works.js";
import { deleteOwnData } from "../shared/own-data-api.js";
import { dialog } from "../shared/dialog.js";
import { button, part, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";

export class DeleteDialog {
  #relay;
  #dialog = dialog("delete-dialog");
  #text = part("delete-text");
  #stay = button("delete-stay");
  #go = button("delete-go");
  #done = false;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#go.addEventListener("click", () => void this.#delete());
    this.#dialog.addEventListener("close", () => {
      if (this.#done) location.reload();
    });
  }

  open() {
    setText(this.#text, text("delete_text"));
    this.#dialog.showModal();
  }

  async #delete() {
    this.#go.disabled = true;
    setText(this.#text, text("delete_busy"));
    const token = browserStorage.get(TOKEN_KEY);
    this.#relay.stop(); // It would return with the token.
    this.#done = token === null || (await deleteOwnData(token));
    this.#go.disabled = false;
    if (!this.#done) {
      setText(this.#text, text("delete_failed"));
      this.#relay.start();
      return;
    }
    for (const key of [TOKEN_KEY, DRAFT_KEY, WORKS_KEY]) browserStorage.set(key, null);
    setText(this.#text, text("delete_done"));
    setText(this.#stay, text("close"));
    this.#go.hidden = true;
    this.#stay.focus();
  }
}
