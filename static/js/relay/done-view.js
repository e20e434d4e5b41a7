/**
 * The screen of a completed work: its replay, the participant's number, and the ways to the poster,
 * to the gallery and to another relay.
 */

import "../shared/lazy-text.js";
import { screenOf } from "../../../client/js/state/selectors.js";
import { button, part, setText } from "../shared/dom.js";
import { once } from "../shared/lazy.js";
import { formatDate, formatNumber, text } from "../shared/text.js";
import { fetchWork, keyOf } from "../shared/work-api.js";
import { writtenLocales } from "../shared/written-languages.js";
import { Replay } from "../work/replay.js";
import { showWork } from "../work/sheet.js";

/** @typedef {import("../../../client/js/types.js").State} State */
/** @typedef {import("../../../client/js/types.js").Done} Done */
/** @typedef {number[][]} Ink The strokes of a character. */

/** The animation of the sheet ends before the replay begins. */
const UNROLL_MS = 900;
/** A longer replay is played faster, so that it takes about this long. */
const REPLAY_MS = 7000;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class DoneView {
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
  #startTimer = 0;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    button("again").addEventListener("click", () => 
      relay.dispatch({ t: "user:join", locales: writtenLocales(relay.state.phrases) }));
    button("home-button").addEventListener("click", () => relay.dispatch({ t: "user:home" }));
    this.#replayButton.addEventListener("click", () => this.#replay?.play());
    /** @param {import("../../../client/js/types.js").SharedAs} how */
    const shared = (how) => relay.dispatch({ t: "user:share", how });
    const poster = once(() => import("../poster/poster.js"));
    // Offline it cannot be fetched; the next click tries again.
    button("poster-open").addEventListener("click", () => poster().then(({ openPoster }) => openPoster(this.#shown, keyOf(this.#link.href), shared), () => {}));
  }

  /** @param {State} state */
  render(state) {
    const { done, counters } = state;
    const visible = done !== null && screenOf(state) === "done";
    this.#section.hidden = !visible;
    if (!visible) this.#stop();
    if (!done || !visible || this.#shown === done.work) return;
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
  #draw({ work, url, phrase, chars, seat }) {
    if (!phrase) return;
    /** @param {number} c */
    const label = (c) => text(c % 2 === seat ? "you" : "partner");
    /** @param {(Ink | null)[]} inks */
    const show = (inks) =>
      showWork(this.#work, phrase, phrase.chars.map((char, c) => ({ char, strokes: inks[c] ?? [], label: label(c) })));
    const sheets = show(chars);
    if (chars.every((ink) => ink !== null)) {
      this.#begin(/** @type {Ink[]} */ (chars), sheets);
      return;
    }
    // Some characters were committed while this page was offline.
    fetchWork(work, keyOf(url))
      .then((found) => {
        if (!found || this.#shown !== work) return;
        const all = found.chars.map(({ strokes }) => strokes);
        this.#begin(all, show(all));
      })
      .catch(() => {});
  }

  /** @param {Ink[]} chars @param {import("../shared/ink-canvas.js").InkCanvas[]} sheets */
  #begin(chars, sheets) {
    this.#stop();
    const replay = new Replay(chars, sheets, ({ ended }) => (this.#section.dataset.replay = ended ? "ended" : "playing"));
    replay.speed = Math.max(1, replay.duration / REPLAY_MS);
    this.#replay = replay;
    this.#replayButton.hidden = false;
    if (!reducedMotion.matches) this.#startTimer = setTimeout(() => replay.play(), UNROLL_MS);
  }

  #stop() {
    clearTimeout(this.#startTimer);
    this.#replay?.seek(this.#replay.duration);
    this.#replay = null;
  }
}
