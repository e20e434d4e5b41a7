/**
 * The settings dialog: language, grid, writing hand.
 */

import "../shared/lazy-text.js";
import { dialog } from "../shared/dialog.js";
import { make, part } from "../shared/dom.js";
import { LANGUAGES } from "../shared/language.js";
import { addStyles } from "../shared/lazy.js";
import { settings } from "../shared/settings.js";
import { locale } from "../shared/text.js";

export class SettingsDialog {
  #dialog = dialog("settings-dialog");
  #language = /** @type {HTMLSelectElement} */ (part("settings-language"));

  constructor() {
    for (const [tag, name] of Object.entries(LANGUAGES)) {
      const option = make("option", { text: name });
      Object.assign(option, { value: tag, lang: tag, selected: tag === locale });
      this.#language.append(option);
    }
    this.#language.addEventListener("change", () => {
      settings.set("language", this.#language.value);
      location.reload(); // The seat and the unfinished character are restored.
    });
    for (const input of this.#dialog.querySelectorAll("input")) {
      const name = /** @type {import("../shared/settings.js").Setting} */ (input.name);
      input.checked = settings.get(name) === input.value;
      input.addEventListener("change", () => {
        settings.set(name, input.value);
        if (settings.get("side") === "left") addStyles("left-handed").catch(() => {}); // A reload tries again.
      });
    }
  }

  open() {
    this.#dialog.showModal();
  }
}
