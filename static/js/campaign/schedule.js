/**
 * What the page says of a campaign that is not open, and when it opens and closes: on the clocks of
 * the campaign's time zone and, where they differ, on the reader's.
 */

import { campaign, closedPhase } from "../shared/document-campaign.js";
import { part, setText } from "../shared/dom.js";
import { locale, text } from "../shared/text.js";

/** When it opens, all pages that wait connect again within this time. */
const SPREAD_MS = 5000;
/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

export class Schedule {
  #relay;
  #panel = part("phase");
  #title = part("phase-title");
  #more = part("phase-more");
  #result = document.querySelector('[data-testid="result"]');
  #timer = 0;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-moment]")))
      setText(element, momentOf(/** @type {string} */ (campaign[/** @type {"opens" | "closes"} */ (element.dataset.moment)])));
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render({ campaign: now }) {
    if (!now?.id) return;
    this.#panel.hidden = now.open;
    if (now.open) return;
    const phase = closedPhase();
    const { opens } = campaign;
    const isBefore = phase === "before" && opens !== null;
    setText(this.#title, isBefore ? text("phase_before_at", { when: momentOf(opens) }) : text(`phase_${phase}`));
    setText(this.#more, text(`phase_${phase}_more`));
    this.#result?.toggleAttribute("hidden", phase !== "ended");
    if (isBefore && this.#timer === 0) this.#comeBack(Date.parse(opens) - Date.now());
  }

  /** @param {number} ms From now until the campaign opens. */
  #comeBack(ms) {
    if (ms > LONGEST_MS) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#relay.stop();
      this.#relay.start();
    }, ms + Math.random() * SPREAD_MS);
  }
}

/** @param {string} moment */
function momentOf(moment) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const there = campaign.zone || here;
  const date = new Date(moment);
  const said = inZone(date, there, "long");
  const own = inZone(date, here, "short");
  if (inZone(date, there, "short") === own) return said;
  return text("moment_here", { there: `${said} ${zoneName(date, there)}`, here: `${own} ${zoneName(date, here)}` });
}

/** @param {Date} date @param {string} timeZone @param {"long" | "short"} dateStyle */
function inZone(date, timeZone, dateStyle) {
  return new Intl.DateTimeFormat(locale, { dateStyle, timeStyle: "short", timeZone }).format(date);
}

/** @param {Date} date @param {string} timeZone */
function zoneName(date, timeZone) {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }).formatToParts(date);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
