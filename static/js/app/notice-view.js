/**
 * Notices that appear above the page for a while.
 */

import "../shared/lazy-text.js";
import { part, setText } from "../shared/dom.js";
import { hasText, text } from "../shared/text.js";
import { isMessage } from "./frame-view.js";

/** @import { Notice, State } from "../../../client/js/types.js" */

/** How long a notice stays. Notices with longer texts stay longer. */
const SHOWN_MS = 7000;
const LONG_NOTICES = new Set(["invite_gone", "invite_later", "reported", "idle_kept", "kept"]);
const LONG_MS = 20_000;

export class NoticeView {
  #notice = part("notice");
  #shown = 0;
  #timer = 0;

  /** @param {State} state */
  render(state) {
    const { notice } = state;
    if (!notice || isMessage(state)) this.#hide(); // A message fills the screen.
    else if (notice.n !== this.#shown) this.#show(notice);
  }

  /** @param {Notice} notice */
  #show({ code, n }) {
    this.#shown = n;
    const key = `notice_${code}`;
    if (!hasText(key)) return;
    setText(this.#notice, text(key));
    this.#notice.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#hide(), LONG_NOTICES.has(code) ? LONG_MS : SHOWN_MS);
  }

  #hide() {
    this.#notice.hidden = true;
  }
}
