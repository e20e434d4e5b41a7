/**
 * Pledges: one tap each, and then the way to the certificate. This device remembers those that were
 * made on it.
 */

import { browserStorage } from "../../../client/js/adapters/browser.js";
import { campaign } from "../shared/document-campaign.js";
import { button, part, setText } from "../shared/dom.js";
import { formatNumber, text } from "../shared/text.js";

/** @import { Certificate, State } from "../../../client/js/types.js" */

const KEY = `jielong.pledges.${campaign.id}`;

export class PledgeButtons {
  #onPledge;
  #items = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-testid="pledge"]'));
  /** Of this device, by pledge. @type {Record<string, Certificate>} */
  #made = remembered();
  /** @type {Certificate[]} */
  #known = [];

  /** @param {import("../../../client/js/relay.js").Relay} relay @param {() => void} onPledge Called when one was made. */
  constructor(relay, onPledge) {
    this.#onPledge = onPledge;
    for (const item of this.#items) {
      const { pledge = "" } = item.dataset;
      button("pledge-go", item).addEventListener("click", () => relay.dispatch({ t: "user:pledge", pledge }));
    }
  }

  /** @param {State} state */
  render({ pledging, pledged, welcomed }) {
    if (pledged !== this.#known) this.#remember(pledged);
    for (const item of this.#items) {
      const { pledge = "" } = item.dataset;
      const go = button("pledge-go", item);
      const see = /** @type {HTMLAnchorElement} */ (part("pledge-see", item));
      const made = this.#made[pledge];
      go.disabled = !welcomed; // Not while it is on its way: a disabled button loses the focus.
      setText(go, text(pledging.includes(pledge) ? "pledge_going" : "pledge_go"));
      const hadFocus = document.activeElement === go;
      go.hidden = made !== undefined;
      see.hidden = made === undefined;
      if (!made) continue;
      see.href = made.url;
      setText(see, text("pledge_see", { n: formatNumber(made.number) }));
      if (hadFocus) see.focus({ preventScroll: true });
    }
  }

  /** @param {Certificate[]} pledged */
  #remember(pledged) {
    const news = pledged.filter(({ pledge }) => !this.#made[pledge]);
    this.#known = pledged;
    for (const certificate of news) this.#made[certificate.pledge] = certificate;
    if (news.length === 0) return;
    browserStorage.set(KEY, JSON.stringify(this.#made));
    for (const { number } of news) setText(part("announcer"), text("say_pledged", { n: formatNumber(number) }));
    this.#onPledge();
  }
}

/** @returns {Record<string, Certificate>} */
function remembered() {
  try {
    return JSON.parse(browserStorage.get(KEY) ?? "{}");
  } catch {
    return {};
  }
}
