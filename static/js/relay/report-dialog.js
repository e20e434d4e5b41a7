/**
 * Reports the partner, with a reason. The report ends the room for this participant.
 */

import "../shared/lazy-text.js";
import { REPORT_REASONS } from "../../../client/js/protocol.js";
import { dialog } from "../shared/dialog.js";
import { button, make, part } from "../shared/dom.js";
import { text } from "../shared/text.js";

export class ReportDialog {
  #dialog = dialog("report-dialog");
  #go = button("report-go");
  #reasons = part("report-reasons");

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#reasons.append(
      ...REPORT_REASONS.map((why) => {
        const input = make("input", { data: { testid: `report-${why}` } });
        Object.assign(input, { type: "radio", name: "why", value: why });
        return make("label", { class: "pick" }, input, make("span", { text: text(`report_${why}`) }));
      }),
    );
    this.#reasons.addEventListener("change", () => (this.#go.disabled = false));
    this.#go.addEventListener("click", () => {
      const why = /** @type {HTMLInputElement | null} */ (this.#reasons.querySelector(":checked"))?.value;
      this.#dialog.close();
      if (why) relay.dispatch({ t: "user:report", why: /** @type {any} */ (why) });
    });
  }

  open() {
    for (const input of this.#reasons.querySelectorAll("input")) input.checked = false;
    this.#go.disabled = true;
    this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }
}
