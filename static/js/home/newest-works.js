/**
 * The newest works of the campaign write themselves in the picture of the first screen, one after
 * another. Nothing is asked for while the first screen is not seen.
 */

import "../shared/campaign-text.js";
import { BASE_PATH } from "../shared/base-path.js";
import { fetchWorks } from "../shared/campaign-api.js";
import { campaign } from "../shared/document-campaign.js";
import { make, part, setText } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";
import { text } from "../shared/text.js";
import { Replay } from "../work/replay.js";
import { isHome } from "./is-home.js";

/** @typedef {import("../shared/work-api.js").Work} Work */

const LIMIT = 6;
/** After the last of the works that are known, newer ones are asked for. */
const ASK_AGAIN_MS = 30_000;
/** How long a work is seen when it is written. */
const REST_MS = 2600;
/** A longer replay is played faster, so that it takes about this long. */
const REPLAY_MS = 7000;
const MOST_CHARS = 4;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class NewestWorks {
  #art;
  #link = /** @type {HTMLAnchorElement} */ (part("newest"));
  /** @type {Work[]} */
  #works = [];
  #at = 0;
  #askedAt = -Infinity;
  #visible = false;
  #timer = 0;
  /** @type {Replay | null} */
  #replay = null;

  /** @param {import("./home-art.js").HomeArt} art */
  constructor(art) {
    this.#art = art;
    document.addEventListener("visibilitychange", () => this.#goOn());
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render(state) {
    const visible = isHome(state) && !this.#art.isChosen;
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#link.hidden = true;
    this.#replay?.pause();
    this.#replay = null;
    this.#goOn();
  }

  #goOn() {
    clearTimeout(this.#timer);
    if (this.#visible && !document.hidden && !this.#replay?.playing) void this.#next();
  }

  async #next() {
    if (this.#at >= this.#works.length) await this.#ask();
    const work = this.#works[this.#at];
    if (!this.#visible || document.hidden) return;
    if (work) this.#show(work);
    else this.#timer = setTimeout(() => this.#goOn(), ASK_AGAIN_MS * (1 + Math.random()));
    this.#at += 1;
  }

  async #ask() {
    this.#at = 0;
    if (performance.now() - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = performance.now();
    try {
      const { works } = await fetchWorks({ campaign: campaign.id, limit: LIMIT });
      this.#works = works.filter(({ chars }) => chars.length <= MOST_CHARS);
    } catch {
      // Those that are known are shown again.
    }
  }

  /** @param {Work} work */
  #show({ id, phrase, chars }) {
    const inks = chars.map(() => make("canvas", { class: "ink" }));
    this.#art.fill(phrase, inks);
    this.#art.mark(id);
    this.#link.hidden = false;
    this.#link.href = `${BASE_PATH}/w/${id}`;
    setText(this.#link, text("newest_of", { text: phrase.text }));
    const strokes = chars.map((char) => char.strokes);
    const onShow = (/** @type {import("../work/replay.js").Shown} */ { ended }) => ended && this.#rest();
    const replay = new Replay(strokes, inks.map((canvas) => new InkCanvas(canvas)), onShow);
    replay.speed = Math.max(1, replay.duration / REPLAY_MS);
    this.#replay = replay;
    if (reducedMotion.matches) replay.seek(replay.duration);
    else replay.play();
  }

  #rest() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#goOn(), reducedMotion.matches ? ASK_AGAIN_MS : REST_MS);
  }
}
