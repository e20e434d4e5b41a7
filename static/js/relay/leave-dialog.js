/**
 * Asks before the participant leaves the room.
 */

import "../shared/lazy-text.js";
import { dialog } from "../shared/dialog.js";
import { button } from "../shared/dom.js";

export class LeaveDialog {
  #dialog = dialog("leave-dialog");

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    button("leave-go").addEventListener("click", () => {
      this.#dialog.close();
      relay.dispatch({ t: "user:leave" });
    });
  }

  open() {
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }
}
