/**
 * Celebrates the campaign's milestones. A participant sees each one once; of several that were
 * reached meanwhile, the last one. Nobody is disturbed while writing.
 */

import { browserStorage } from "../../../client/js/adapters/browser.js";
import { campaign, toldIn } from "../shared/document-campaign.js";
import { make, svg } from "../shared/dom.js";
import { addStyles } from "../shared/lazy.js";
import { formatNumber, text } from "../shared/text.js";

/** @import { State } from "../../../client/js/types.js" */
/** @typedef {import("../shared/document-campaign.js").Milestone} Milestone */

const KEY = `jielong.milestones.${campaign.id}`;
const PETALS = 28;

/** @param {Milestone} milestone */
const nameOf = ({ counter, at }) => `${counter}:${at}`;

export class Milestones {
  #milestones;
  /** Names of those that this participant has seen. */
  #seen = new Set((browserStorage.get(KEY) ?? "").split(" ").filter(Boolean));
  /** @type {Milestone | null} */
  #waiting = null;
  #isWriting = false;

  /** @param {Milestone[]} milestones */
  constructor(milestones) {
    this.#milestones = milestones;
  }

  /** @param {import("./totals.js").Totals} totals */
  reach(totals) {
    const news = this.#milestones.filter((it) => (totals[it.counter] ?? 0) >= it.at && !this.#seen.has(nameOf(it)));
    if (news.length === 0) return;
    for (const it of news) this.#seen.add(nameOf(it));
    this.#waiting = news.reduce((one, other) => (other.counter === one.counter && other.at > one.at ? other : one));
    if (!this.#isWriting) this.#celebrate();
  }

  /** @param {State} state */
  render({ room }) {
    this.#isWriting = room !== null;
    if (this.#isWriting) document.querySelector(".milestone")?.remove();
    else this.#celebrate();
  }

  #celebrate() {
    const milestone = this.#waiting;
    if (!milestone) return;
    this.#waiting = null;
    browserStorage.set(KEY, [...this.#seen].join(" "));
    addStyles("milestone").then(() => celebrate(milestone), () => {}); // Offline.
  }
}

/** @param {Milestone} milestone */
function celebrate({ counter, at, text: texts }) {
  const words = toldIn(texts) || text(`milestone_${counter}`, { n: formatNumber(at) });
  const close = make("button", { class: "round", data: { testid: "milestone-close" } }, svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: "M6 6l12 12M18 6 6 18", stroke: "currentColor", "stroke-width": "1.8", "stroke-linecap": "round" })));
  Object.assign(close, { type: "button", title: text("close") });
  close.setAttribute("aria-label", text("close"));
  const number = make("b", { class: "milestone-number", text: formatNumber(at) });
  const banner = make(
    "div",
    { class: "milestone", data: { testid: "milestone" } },
    make("span", { class: "petals" }, ...Array.from({ length: PETALS }, petal)),
    make("p", { class: "milestone-kind", text: text("milestone") }),
    number,
    make("p", { class: "milestone-words", text: words }),
    close,
  );
  banner.firstElementChild?.setAttribute("aria-hidden", "true");
  banner.setAttribute("role", "status");
  close.addEventListener("click", () => banner.remove());
  document.querySelector(".milestone")?.remove();
  document.querySelector("main")?.append(banner);
}

/** A petal that falls on a way of its own. */
function petal() {
  const it = make("i");
  const ways = { "--x": Math.random(), "--sway": Math.random() - 0.5, "--wait": Math.random(), "--turn": Math.random() };
  for (const [name, value] of Object.entries(ways)) it.style.setProperty(name, value.toFixed(3));
  return it;
}
