/**
 * Works in a row on the first screen, each a small sheet with its ink and a link: those finished
 * in one's absence, and all that this device remembers. The ink is fetched when it comes into view.
 */

import "./later-strings.js";
import { make, makeGrid, part } from "./dom.js";
import { InkCanvas } from "./ink-canvas.js";
import { formatNumber, text } from "./strings.js";
import { fetchWork } from "./works-api.js";

/** @typedef {import("../../client/js/types.js").SavedWork} SavedWork */
/** @typedef {import("./works-api.js").Work} Work */

export class WorksStrip {
  #list;
  #box;
  #relay;
  #shown = "";
  #eye;

  /**
   * @param {import("../../client/js/relay.js").Relay} relay
   * @param {string} box The `data-testid` of what is hidden when there are none.
   */
  constructor(relay, box) {
    this.#relay = relay;
    this.#box = part(box);
    this.#list = /** @type {HTMLElement} */ (this.#box.querySelector("ol"));
    /** @param {IntersectionObserverEntry[]} entries */
    const seen = (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.#look(/** @type {HTMLElement} */ (target));
    };
    this.#eye = new IntersectionObserver(seen, { rootMargin: "400px" });
  }

  /** @param {readonly SavedWork[]} works Newest first. */
  show(works) {
    const ids = works.map(({ work }) => work).join();
    if (ids === this.#shown) return;
    this.#shown = ids;
    this.#box.hidden = works.length === 0;
    this.#eye.disconnect();
    const items = works.map((work) => itemOf(work));
    this.#list.replaceChildren(...items);
    for (const item of items) this.#eye.observe(item);
  }

  /** @param {HTMLElement} item */
  #look(item) {
    this.#eye.unobserve(item);
    const { work = "" } = item.dataset;
    fetchWork(work, 1)
      .then((found) => found && this.#fill(item, found))
      .catch(() => {}); // The link is there all the same.
  }

  /** @param {HTMLElement} item @param {Work} work */
  #fill(item, { id, phrase, chars }) {
    const sheet = part("strip-sheet", item);
    sheet.dataset.count = String(chars.length);
    sheet.replaceChildren(
      ...chars.map(({ strokes }) => {
        const canvas = make("canvas", { class: "ink" });
        new InkCanvas(canvas).draw(strokes);
        return make("span", { class: "cell" }, makeGrid(), canvas);
      }),
    );
    const words = part("strip-text", item);
    words.textContent = phrase.text;
    words.lang = phrase.locale;
    const kept = this.#relay.works.find(({ work }) => work === id);
    if (kept && !kept.text) this.#relay.updateWork({ ...kept, text: phrase.text });
  }
}

/** @param {SavedWork} work */
function itemOf({ work, url, serial, text: words }) {
  const link = make(
    "a",
    {},
    make("span", { class: "strip-sheet", data: { testid: "strip-sheet" } }),
    make("span", { class: "strip-text", text: words, data: { testid: "strip-text" } }),
    make("span", { class: "strip-serial", text: text("work_hand", { n: formatNumber(serial) }) }),
  );
  link.href = url;
  return make("li", { data: { work, testid: "strip-work" } }, link);
}
