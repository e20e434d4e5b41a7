/**
 * The sheets on the wall. A new work replaces the oldest one and is replayed. Only a few replays run
 * at a time; other works wait in a queue, and the oldest in the queue are dropped.
 */

import { make } from "../shared/dom.js";
import { formatNumber } from "../shared/text.js";
import { listed, word } from "../shared/work-text.js";
import { makePicture } from "../work/picture.js";
import { Replay } from "../work/replay.js";

/** @typedef {import("../shared/work-api.js").Work} Work */
/** @typedef {{item: HTMLElement, work: Work | null, replay: Replay | null, since: number}} Sheet */

/** The least time between the starts of two replays. */
const INTERVAL_MS = 1800;
const MAX_REPLAYS = 3;
/** A longer replay is played faster, so that it takes about this long. */
const REPLAY_MS = 9000;
const MAX_SPEED = 6;
/** After so long without a new work, one of the shown works is replayed again. */
const REPEAT_MS = 25_000;
/** The size of a sheet in pixels, on a desktop screen. */
const SHEET_WIDTH = 330;
const SHEET_HEIGHT = 300;
const MAX_COLUMNS = 6;
const MAX_ROWS = 3;
const MAX_KNOWN = 1000;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  #list;
  /** @type {Sheet[]} */
  #sheets = [];
  /** @type {Work[]} Oldest first. */
  #waiting = [];
  /** @type {Set<string>} */
  #known = new Set();
  #lastStart = 0;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    new ResizeObserver(() => this.#arrange()).observe(list);
    this.#arrange();
    setInterval(() => this.#next(), INTERVAL_MS);
  }

  /** The number of sheets. */
  get size() {
    return this.#sheets.length;
  }

  /** @param {Work[]} works Newest first; known ones are skipped. */
  add(works) {
    const fresh = works.filter(({ id }) => !this.#known.has(id)).reverse();
    for (const { id } of fresh) this.#known.add(id);
    for (const id of this.#known) {
      if (this.#known.size <= MAX_KNOWN) break;
      this.#known.delete(id);
    }
    this.#waiting = [...this.#waiting, ...fresh].slice(-this.size);
    const isFirst = this.#lastStart === 0;
    // At the start, older works are shown at once and only the newest is replayed.
    while (isFirst && this.#waiting.length > 1) this.#show(/** @type {Work} */ (this.#waiting.shift()), true);
    if (isFirst) this.#next();
  }

  /** Makes as many sheets as fit on the screen. */
  #arrange() {
    const { clientWidth: width, clientHeight: height } = this.#list;
    const scale = Math.max(1, Math.min(width / 1280, height / 560));
    const columns = clamp(Math.round(width / (SHEET_WIDTH * scale)), 1, MAX_COLUMNS);
    const rows = clamp(Math.round(height / (SHEET_HEIGHT * scale)), 1, MAX_ROWS);
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
    const playing = this.#sheets.filter(({ replay }) => replay?.playing).length;
    if (playing >= MAX_REPLAYS) return;
    const work = this.#waiting.shift();
    if (work) this.#show(work, false);
    else if (playing === 0 && performance.now() - this.#lastStart > REPEAT_MS) this.#repeat();
  }

  /** @param {Work} work @param {boolean} finished Shown at once, without a replay. */
  #show(work, finished) {
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
    const onShow = (/** @type {import("../work/replay.js").Shown} */ { ended }) => (sheet.item.dataset.written = String(ended));
    sheet.replay = new Replay(work.chars.map(({ strokes }) => strokes), inks, onShow);
    sheet.replay.speed = clamp(sheet.replay.duration / REPLAY_MS, 1, MAX_SPEED);
    this.#lastStart = performance.now();
    if (finished || reducedMotion.matches) sheet.replay.seek(sheet.replay.duration);
    else sheet.replay.play();
  }

  /** A blank sheet, or the oldest one whose replay is over. */
  #oldest() {
    const idle = this.#sheets.filter(({ replay }) => !replay?.playing);
    const candidates = idle.length > 0 ? idle : this.#sheets;
    return candidates.reduce((one, other) => (other.since < one.since ? other : one));
  }

  #repeat() {
    const shown = this.#sheets.filter(({ replay }) => replay);
    const sheet = shown[Math.floor(Math.random() * shown.length)];
    if (!sheet || reducedMotion.matches) return;
    this.#lastStart = performance.now();
    sheet.replay?.play();
  }
}

/** @param {number} value @param {number} min @param {number} max */
function clamp(value, min, max) {
  return Math.min(max, Math.max(min, value));
}
