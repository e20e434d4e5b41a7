/**
 * A dialog with the address of a page: to copy, to scan, and to hand to the system's own dialog.
 */

import "./campaign-text.js";
import { make, setText, svg } from "./dom.js";
import { qrCodeOf } from "./qr-code.js";
import { text } from "./text.js";

const COPIED_MS = 2500;
/** The white around a QR code, in modules. */
const QUIET = 3;

export class ShareDialog {
  #dialog = make("dialog", { class: "ask share-ask", data: { testid: "share-dialog" } });
  #code = make("div", { class: "invite-code", data: { testid: "share-code" } });
  #link = make("input", { class: "invite-link", data: { testid: "share-link" } });
  #status = make("p", { class: "invite-said", data: { testid: "share-said" } });
  #words = "";

  constructor() {
    const title = make("h2", { text: text("share_title") });
    const copy = make("button", { class: "primary", text: text("share_copy"), data: { testid: "share-copy" } });
    const system = make("button", { class: "plain", text: text("share_system"), data: { testid: "share-system" } });
    const close = make("button", { class: "quiet", text: text("close"), data: { testid: "share-close" } });
    for (const it of [copy, system, close]) it.type = "button";
    title.id = "share-title";
    this.#dialog.setAttribute("aria-labelledby", title.id);
    this.#link.setAttribute("aria-label", text("share_link"));
    this.#link.readOnly = true;
    this.#status.setAttribute("role", "status");
    system.hidden = typeof navigator.share !== "function";
    this.#dialog.append(title, this.#code, this.#link, this.#status, make("p", { class: "ask-go" }, copy, system, close));
    this.#dialog.addEventListener("click", ({ target }) => target === this.#dialog && this.#dialog.close());
    this.#link.addEventListener("focus", () => this.#link.select());
    close.addEventListener("click", () => this.#dialog.close());
    copy.addEventListener("click", () => void this.#copy());
    // The promise is rejected when the user closes the system's dialog.
    system.addEventListener("click", () => navigator.share({ url: this.#link.value, text: this.#words }).catch(() => {}));
    document.body.append(this.#dialog);
  }

  /** @param {string} url @param {string} words What the system's dialog says with it. */
  open(url, words) {
    const { side, path } = qrCodeOf(url);
    const view = `${-QUIET} ${-QUIET} ${side + 2 * QUIET} ${side + 2 * QUIET}`;
    const image = svg("svg", { viewBox: view, role: "img", "aria-label": text("share_code"), "shape-rendering": "crispEdges" }, svg("path", { d: path }));
    this.#code.replaceChildren(image);
    this.#link.value = url;
    this.#words = words;
    setText(this.#status, "");
    this.#dialog.showModal();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#link.value);
    } catch {
      // Without permission or HTTPS, use the older interface.
      this.#link.select();
      document.execCommand("copy");
    }
    setText(this.#status, text("share_copied"));
    setTimeout(() => setText(this.#status, ""), COPIED_MS);
  }
}
