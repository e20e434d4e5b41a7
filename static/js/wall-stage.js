/**
 * The sheets on the wall: new works take the place of the oldest ones and write themselves in. However
 * many come, only a few are written at a time; the others wait, and the oldest of those are left out.
 */

import { make } from "./dom.js";
import { Replay } from "./replay.js";
import { formatNumber } from "./strings.js";
import { makePicture } from "./work-picture.js";
import { listed, word } from "./work-words.js";

/** @typedef {import("./works-api.js").Work} Work */
/** @typedef {{item: HTMLElement, work: Work | null, replay: Replay | null, since: number}} Sheet */

/** The next work begins no sooner than this after the one before. */
const BETWEEN_MS = 1800;
const AT_ONCE = 3;
/** A long writing is shown quicker, so that it takes about so long. */
const WRITING_MS = 9000;
const QUICKEST = 6;
/** When nothing new has come for so long, one of the works is written again. */
const AGAIN_MS = 25_000;
/** Room that a sheet wants, in pixels at the size of a desk's screen. */
const SHEET_WIDTH = 330;
const SHEET_HEIGHT = 300;
const MOST_COLUMNS = 6;
const MOST_ROWS = 3;
const REMEMBERED = 1000;

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  #list;
  /** @type {Sheet[]} */
  #sheets = [];
  /** @type {Work[]} Oldest first. */
  #waiting = [];
  /** @type {Set<string>} */
  #seen = new Set();
  #begun = 0;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    new ResizeObserver(() => this.#arrange()).observe(list);
    this.#arrange();
    setInterval(() => this.#next(), BETWEEN_MS);
  }

  /** How many works can be seen at a time. */
  get room() {
    return this.#sheets.length;
  }

  /** @param {Work[]} works Newest first; those known already are passed over. */
  offer(works) {
    const fresh = works.filter(({ id }) => !this.#seen.has(id)).reverse();
    for (const { id } of fresh) this.#seen.add(id);
    for (const id of this.#seen) {
      if (this.#seen.size <= REMEMBERED) break;
      this.#seen.delete(id);
    }
    this.#waiting = [...this.#waiting, ...fresh].slice(-this.room);
    const first = this.#begun === 0;
    // The wall does not begin blank: what is there already hangs there, and the newest is written.
    while (first && this.#waiting.length > 1) this.#hang(/** @type {Work} */ (this.#waiting.shift()), true);
    if (first) this.#next();
  }

  /** As many sheets as there is room for. */
  #arrange() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    const scale = Math.max(1, Math.min(width / 1280, height / 560));
    const columns = between(Math.round(width / (SHEET_WIDTH * scale)), 1, MOST_COLUMNS);
    const rows = between(Math.round(height / (SHEET_HEIGHT * scale)), 1, MOST_ROWS);
    this.#list.style.setProperty("--columns", String(columns));
    this.#list.style.setProperty("--rows", String(rows));
    while (this.#sheets.length > columns * rows) {
      const sheet = this.#sheets.pop();
      sheet?.replay?.pause();
      sheet?.item.remove();
    }
    while (this.#sheets.length < columns * rows) {
      const item = make("li", { class: "sheet", data: { testid: "sheet" } });
      this.#sheets.push({ item, work: null, replay: null, since: 0 });
      this.#list.append(item);
    }
  }

  #next() {
    const writing = this.#sheets.filter(({ replay }) => replay?.playing).length;
    if (writing >= AT_ONCE) return;
    const work = this.#waiting.shift();
    if (work) this.#hang(work, false);
    else if (writing === 0 && performance.now() - this.#begun > AGAIN_MS) this.#again();
  }

  /** @param {Work} work @param {boolean} finished Without its being written. */
  #hang(work, finished) {
    const sheet = this.#oldest();
    const { svg, inks } = makePicture(work);
    const hands = listed(work.hands.map(({ serial }) => word("hand", { n: formatNumber(serial) })));
    const text = make("span", { class: "sheet-text", text: work.phrase.text });
    text.lang = work.phrase.locale;
    sheet.replay?.pause();
    sheet.item.replaceChildren(
      make("div", { class: "sheet-body" }, make("div", { class: "sheet-picture" }, svg), text, make("span", { class: "sheet-hands", text: hands })),
    );
    sheet.item.dataset.work = work.id;
    sheet.work = work;
    sheet.since = performance.now() + this.#sheets.indexOf(sheet) / 1000;
    const show = (/** @type {import("./replay.js").Shown} */ { ended }) => (sheet.item.dataset.written = String(ended));
    sheet.replay = new Replay(work.chars.map(({ strokes }) => strokes), inks, show);
    sheet.replay.speed = between(sheet.replay.duration / WRITING_MS, 1, QUICKEST);
    this.#begun = performance.now();
    if (finished || stillness.matches) sheet.replay.seek(sheet.replay.duration);
    else sheet.replay.play();
  }

  /** The blank one, or the one that hangs there longest and is not being written. */
  #oldest() {
    const still = this.#sheets.filter(({ replay }) => !replay?.playing);
    const candidates = still.length > 0 ? still : this.#sheets;
    return candidates.reduce((one, other) => (other.since < one.since ? other : one));
  }

  #again() {
    const shown = this.#sheets.filter(({ replay }) => replay);
    const sheet = shown[Math.floor(Math.random() * shown.length)];
    if (!sheet || stillness.matches) return;
    this.#begun = performance.now();
    sheet.replay?.play();
  }
}

/** @param {number} value @param {number} least @param {number} most */
function between(value, least, most) {
  return Math.min(most, Math.max(least, value));
}
