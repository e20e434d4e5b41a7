/**
 * The last screen: the work is written once more by both hands, one's number stands under it, and
 * from here it goes on to the poster, to others, or to another work.
 */

import "./later-strings.js";
import { screenOf } from "../../client/js/state/selectors.js";
import { button, part, setText } from "./dom.js";
import { once } from "./later.js";
import { Replay } from "./replay.js";
import { formatDate, formatNumber, text } from "./strings.js";
import { View } from "./view.js";
import { showWork } from "./work-sheet.js";
import { fetchWork } from "./works-api.js";

/** @typedef {import("../../client/js/types.js").State} State */
/** @typedef {import("../../client/js/types.js").Done} Done */
/** @typedef {number[][]} Ink Strokes of a character. */

/** The sheet is unrolled before the writing begins. */
const UNROLL_MS = 900;
/** A long writing is shown quicker, so that it takes about so long. */
const WRITING_MS = 7000;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class DoneView extends View {
  #section = part("done");
  #work = part("work");
  #serial = part("serial");
  #counts = part("done-counts");
  #date = part("done-date");
  #hands = part("done-hands");
  #link = /** @type {HTMLAnchorElement} */ (part("work-link"));
  #replayButton = button("done-replay");
  /** The id of the work shown. */
  #shown = "";
  /** @type {Replay | null} */
  #replay = null;
  #beginning = 0;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    super();
    button("again").addEventListener("click", () => relay.dispatch({ t: "user:join" }));
    button("home-button").addEventListener("click", () => relay.dispatch({ t: "user:home" }));
    this.#replayButton.addEventListener("click", () => this.#replay?.play());
    const poster = once(() => import("./poster.js"));
    // Without a line it cannot be fetched; the next click tries again.
    button("poster-open").addEventListener("click", () => poster().then(({ openPoster }) => openPoster(this.#shown), () => {}));
  }

  /** @param {State} state */
  render(state) {
    const { done, counters } = state;
    const seen = done !== null && screenOf(state) === "done";
    this.#section.hidden = !seen;
    if (!seen) this.#stop();
    if (!done || !seen || this.#shown === done.work) return;
    this.#shown = done.work;
    setText(this.#serial, text("done_serial", { n: formatNumber(done.serial) }));
    setText(this.#date, formatDate(new Date()));
    setText(this.#hands, done.phrase ? text("work_of", { text: done.phrase.text }) : "");
    if (counters)
      setText(this.#counts, text("done_counts", {
        relays: formatNumber(counters.relays),
        participants: formatNumber(counters.participants),
      }));
    this.#link.href = done.url;
    this.#draw(done);
  }

  /** @param {Done} done */
  #draw({ work, phrase, chars, seat }) {
    if (!phrase) return;
    /** @param {number} c */
    const label = (c) => text(c % 2 === seat ? "you" : "partner");
    /** @param {(Ink | null)[]} inks */
    const show = (inks) =>
      showWork(this.#work, phrase.chars.map((char, c) => ({ char, strokes: inks[c] ?? [], label: label(c) })));
    const sheets = show(chars);
    if (chars.every((ink) => ink !== null)) {
      this.#begin(/** @type {Ink[]} */ (chars), sheets);
      return;
    }
    // Some of it was written while this page was away.
    fetchWork(work)
      .then((found) => {
        if (!found || this.#shown !== work) return;
        const whole = found.chars.map(({ strokes }) => strokes);
        this.#begin(whole, show(whole));
      })
      .catch(() => {});
  }

  /** @param {Ink[]} chars @param {import("./ink-canvas.js").InkCanvas[]} sheets */
  #begin(chars, sheets) {
    this.#stop();
    const replay = new Replay(chars, sheets, ({ ended }) => (this.#section.dataset.replay = ended ? "ended" : "playing"));
    replay.speed = Math.max(1, replay.duration / WRITING_MS);
    this.#replay = replay;
    this.#replayButton.hidden = false;
    if (!calm.matches) this.#beginning = setTimeout(() => replay.play(), UNROLL_MS);
  }

  #stop() {
    clearTimeout(this.#beginning);
    this.#replay?.seek(this.#replay.duration);
    this.#replay = null;
  }
}
