/**
 * Invites a friend to the second seat, with a link to copy or share and its QR code. The dialog
 * waits for the service's answer, and closes when the friend comes.
 */

import "../shared/lazy-text.js";
import { dialog } from "../shared/dialog.js";
import { button, part, setText, svg } from "../shared/dom.js";
import { text } from "../shared/text.js";

const COPIED_MS = 2500;

export class InviteDialog {
  #relay;
  #dialog = dialog("invite-dialog");
  #code = part("invite-code");
  #link = /** @type {HTMLInputElement} */ (part("invite-link"));
  #copy = button("invite-copy");
  #share = button("invite-share");
  #status = part("invite-said");
  #url = "";

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#copy.addEventListener("click", () => void this.#copyLink());
    this.#share.hidden = typeof navigator.share !== "function";
    this.#share.addEventListener("click", () => {
      const phrase = relay.state.room?.phrase.text ?? "";
      // The promise is rejected when the user closes the system's dialog.
      navigator.share({ url: this.#url, text: text("invite_share_text", { text: phrase }) }).catch(() => {});
    });
    this.#link.addEventListener("focus", () => this.#link.select());
  }

  open() {
    this.#relay.dispatch({ t: "user:invite" });
    setText(this.#status, "");
    this.#dialog.showModal();
    this.render(this.#relay.state);
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render({ room }) {
    if (!this.#dialog.open) return;
    if (!room || room.partner) {
      this.#dialog.close();
      return;
    }
    const { invite } = room;
    this.#dialog.dataset.ready = String(invite !== null);
    this.#copy.disabled = this.#share.disabled = !invite;
    if (!invite) return;
    const url = new URL(invite.url, location.href).href;
    if (url === this.#url) return;
    this.#url = url;
    this.#link.value = url;
    this.#draw(url).catch(() => {}); // The link works without the code.
  }

  /** @param {string} url */
  async #draw(url) {
    const { generate } = await import("../../vendor/lean-qr/lean-qr.js");
    const code = generate(url);
    let d = "";
    for (let y = 0; y < code.size; y += 1)
      for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) d += `M${x} ${y}h1v1h-1z`;
    const view = `-3 -3 ${code.size + 6} ${code.size + 6}`;
    const image = svg("svg", { viewBox: view, role: "img", "aria-label": text("invite_qr") }, svg("path", { d }));
    image.setAttribute("shape-rendering", "crispEdges");
    this.#code.querySelector("svg")?.remove();
    this.#code.append(image);
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(this.#url);
    } catch {
      // Without permission or HTTPS, use the older interface.
      this.#link.select();
      document.execCommand("copy");
    }
    setText(this.#status, text("invite_copied"));
    setTimeout(() => setText(this.#status, ""), COPIED_MS);
  }
}
