/**
 * Asks before a seat is given up.
 */

import "./later-strings.js";
import { dialog } from "./dialogs.js";
import { button } from "./dom.js";

export class LeaveDialog {
  #dialog = dialog("leave-dialog");

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    button("leave-go").addEventListener("click", () => {
      this.#dialog.close();
      relay.dispatch({ t: "user:leave" });
    });
  }

  ask() {
    this.#dialog.showModal();
  }
}
