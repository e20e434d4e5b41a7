/**
 * The passing notices above the page.
 */

import "./later-strings.js";
import { part, setText } from "./dom.js";
import { isMessage } from "./page.js";
import { hasText, text } from "./strings.js";
import { View } from "./view.js";

/** @import { Notice, State } from "../../client/js/types.js" */

/** How long a notice stays; some are worth more than a glance. */
const STAY_MS = 7000;
const LASTING = new Set(["invite_gone", "invite_later", "reported", "idle_kept", "kept"]);
const LASTING_MS = 20_000;

export class NoticeView extends View {
  #notice = part("notice");
  #told = 0;
  #timer = 0;

  /** @param {State} state */
  render(state) {
    const { notice } = state;
    if (!notice || isMessage(state)) this.#hide(); // A message says it already, or first.
    else if (notice.n !== this.#told) this.#show(notice);
  }

  /** @param {Notice} notice */
  #show({ code, n }) {
    this.#told = n;
    const key = `notice_${code}`;
    if (!hasText(key)) return;
    setText(this.#notice, text(key));
    this.#notice.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), LASTING.has(code) ? LASTING_MS : STAY_MS);
  }

  #hide() {
    this.#notice.hidden = true;
  }
}
