/**
 * What a person may choose: language, the grid of the paper, the writing hand.
 */

import "./later-strings.js";
import { dialog } from "./dialogs.js";
import { make, part } from "./dom.js";
import { LANGUAGES } from "./language.js";
import { addStyles } from "./later.js";
import { settings } from "./settings.js";
import { locale } from "./strings.js";

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
      location.reload(); // The seat and the unfinished character come back.
    });
    for (const input of this.#dialog.querySelectorAll("input")) {
      const name = /** @type {import("./settings.js").Setting} */ (input.name);
      input.checked = settings.get(name) === input.value;
      input.addEventListener("change", () => {
        settings.set(name, input.value);
        if (settings.get("side") === "left") addStyles("left").catch(() => {}); // A reload tries again.
      });
    }
  }

  open() {
    this.#dialog.showModal();
  }
}
