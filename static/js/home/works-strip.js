/**
 * A row of finished works on the first screen, each with its ink and a link. The ink is fetched
 * when a work comes into view.
 */

import "../shared/lazy-text.js";
import { directionOf } from "../../../client/js/direction.js";
import { make, makeGrid, part } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";
import { formatNumber, text } from "../shared/text.js";
import { fetchWork, keyOf } from "../shared/work-api.js";

/** @typedef {import("../../../client/js/types.js").SavedWork} SavedWork */
/** @typedef {import("../shared/work-api.js").Work} Work */

export class WorksStrip {
  #list;
  #box;
  #onText;
  #shown = "";
  #observer;

  /** @type {Map<string, SavedWork>} */
  #works = new Map();

  /**
   * @param {string} box The `data-testid` of the element to hide when there are no works.
   * @param {(work: SavedWork) => void} onText Called with a work whose text became known.
   */
  constructor(box, onText) {
    this.#onText = onText;
    this.#box = part(box);
    this.#list = /** @type {HTMLElement} */ (this.#box.querySelector("ol"));
    /** @param {IntersectionObserverEntry[]} entries */
    const onIntersect = (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.#load(/** @type {HTMLElement} */ (target));
    };
    this.#observer = new IntersectionObserver(onIntersect, { rootMargin: "400px" });
  }

  /** @param {readonly SavedWork[]} works Newest first. */
  show(works) {
    const ids = works.map(({ work }) => work).join();
    if (ids === this.#shown) return;
    this.#shown = ids;
    this.#works = new Map(works.map((work) => [work.work, work]));
    this.#box.hidden = works.length === 0;
    this.#observer.disconnect();
    const items = works.map((work) => itemOf(work));
    this.#list.replaceChildren(...items);
    for (const item of items) this.#observer.observe(item);
  }

  /** @param {HTMLElement} item */
  #load(item) {
    this.#observer.unobserve(item);
    const { work = "" } = item.dataset;
    fetchWork(work, keyOf(this.#works.get(work)?.url ?? ""), 1)
      .then((found) => found && this.#fill(item, found))
      .catch(() => {}); // The link works without the ink.
  }

  /** @param {HTMLElement} item @param {Work} work */
  #fill(item, { id, phrase, chars }) {
    const sheet = part("strip-sheet", item);
    sheet.dataset.count = String(chars.length);
    sheet.dir = directionOf(phrase);
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
    const saved = this.#works.get(id);
    if (saved && !saved.text) this.#onText({ ...saved, text: phrase.text });
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
