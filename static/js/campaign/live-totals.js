/**
 * Keeps a campaign's totals up to date. Works and hands come over the socket. Pledges and donations
 * are asked for while somebody looks at the first screen, and the less often the more people are
 * there: however many pages are open, the service is asked about the same number of times a second.
 */

import { fetchTotals } from "../shared/campaign-api.js";
import { campaign } from "../shared/document-campaign.js";

/** @import { State } from "../../../client/js/types.js" */
/** @typedef {import("./totals.js").Totals} Totals */

/** Between two questions of one page, at least and at most. */
const LEAST_MS = 1000;
const MOST_MS = 60_000;
/** How many questions a second all pages ask together. */
const QUESTIONS_PER_SECOND = 1000;
/** After so long the service has counted what this page has just done. */
const COUNTED_MS = 900;

export class LiveTotals {
  #onTotals;
  #asks = campaign.relays.some((relay) => relay !== "write");
  #seen = false;
  #online = 1;
  #failures = 0;
  #timer = 0;
  #asking = false;
  #last = "";

  /** @param {(totals: Totals) => void} onTotals Called with those that have come. */
  constructor(onTotals) {
    this.#onTotals = onTotals;
    document.addEventListener("visibilitychange", () => this.#goOn());
  }

  /** @param {State} state @param {boolean} seen Whether the totals are on the screen. */
  render({ counters }, seen) {
    if (counters) {
      this.#online = counters.online;
      const { relays, participants } = counters;
      const totals = { relays, participants };
      if (JSON.stringify(totals) !== this.#last) this.#onTotals(totals);
      this.#last = JSON.stringify(totals);
    }
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#goOn();
  }

  /** The page has done something that counts. */
  askSoon() {
    this.#wait(COUNTED_MS);
  }

  #goOn() {
    clearTimeout(this.#timer);
    if (this.#isWatched()) this.#wait(Math.random() * LEAST_MS);
  }

  #isWatched() {
    return this.#asks && this.#seen && !document.hidden;
  }

  /** @param {number} ms */
  #wait(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask() {
    if (!this.#isWatched() || this.#asking) return;
    this.#asking = true;
    try {
      const { pledges, funds } = await fetchTotals(campaign.id);
      this.#failures = 0;
      this.#onTotals(totalsOf(pledges, funds));
    } catch {
      this.#failures += 1; // The totals stay as they are.
    }
    this.#asking = false;
    const shared = (1000 * this.#online) / QUESTIONS_PER_SECOND;
    const pause = Math.min(MOST_MS, Math.max(LEAST_MS, shared) * 2 ** this.#failures);
    this.#wait(pause * (0.75 + Math.random() / 2));
  }
}

/**
 * @param {{id: string, count: number}[]} pledges
 * @param {{id: string, raised: number, donations: number}[]} funds
 * @returns {Totals}
 */
export function totalsOf(pledges, funds) {
  return {
    pledges: pledges.reduce((sum, { count }) => sum + count, 0),
    donations: funds.reduce((sum, { donations }) => sum + donations, 0),
    ...Object.fromEntries(pledges.map(({ id, count }) => [`pledge.${id}`, count])),
    ...Object.fromEntries(funds.map(({ id, raised }) => [`fund.${id}`, raised])),
  };
}
