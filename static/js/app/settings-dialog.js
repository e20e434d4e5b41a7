/**
 * The settings dialog: language of the page, languages to write, grid, writing hand; and the way to
 * delete what the service keeps of the participant.
 */

import "../shared/lazy-text.js";
import { dialog } from "../shared/dialog.js";
import { button, make, part } from "../shared/dom.js";
import { LANGUAGES } from "../shared/language.js";
import { addStyles } from "../shared/lazy.js";
import { settings } from "../shared/settings.js";
import { locale } from "../shared/text.js";
import { DeleteDialog } from "./delete-dialog.js";

/** The languages to write beside the page's. */
const ticked = () => settings.get("writes").split(" ").filter(Boolean);

/** A box to tick a language to write; the page's own is always ticked. @param {string} tag @param {string} name */
function writesBox(tag, name) {
  const input = make("input");
  const own = tag === locale;
  const checked = own || ticked().includes(tag);
  Object.assign(input, { type: "checkbox", name: "writes", value: tag, checked, disabled: own });
  input.addEventListener("change", () => {
    const others = ticked().filter((other) => other !== tag);
    settings.set("writes", (input.checked ? [...others, tag] : others).join(" "));
  });
  const label = make("label", { class: "pick" }, input, make("span", { text: name }));
  label.lang = tag;
  return label;
}

export class SettingsDialog {
  #dialog = dialog("settings-dialog");
  #language = /** @type {HTMLSelectElement} */ (part("settings-language"));

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    const deleteDialog = new DeleteDialog(relay);
    button("delete-open").addEventListener("click", () => {
      this.#dialog.close();
      deleteDialog.open();
    });
    for (const [tag, name] of Object.entries(LANGUAGES)) {
      const option = make("option", { text: name });
      Object.assign(option, { value: tag, lang: tag, selected: tag === locale });
      this.#language.append(option);
    }
    this.#language.addEventListener("change", () => {
      settings.set("language", this.#language.value);
      location.reload(); // The seat and the unfinished character are restored.
    });
    part("settings-writes").append(...Object.entries(LANGUAGES).map(([tag, name]) => writesBox(tag, name)));
    for (const radio of this.#dialog.querySelectorAll("input[type=radio]")) {
      const input = /** @type {HTMLInputElement} */ (radio);
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
