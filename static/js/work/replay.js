/**
 * Replays a finished work at the pace at which it was written.
 */

import { Timeline } from "../shared/replay-timeline.js";

/** @typedef {{draw: (strokes: number[][], open?: number[]) => void}} Ink */
/** @typedef {{time: number, playing: boolean, c: number, ended: boolean}} Shown */

/** A frame counts for at most this long, so that a hidden page does not skip a part. */
const MAX_FRAME_MS = 100;

export class Replay {
  #chars;
  #inks;
  #onShow;
  #timeline;
  #time;
  #playing = false;
  #frame = 0;
  #lastFrame = 0;
  /** 2 plays twice as fast as it was written. */
  speed = 1;

  /**
   * The replay is at its end at first, and draws nothing before `seek` or `play`.
   * @param {number[][][]} chars Each one's strokes.
   * @param {Ink[]} inks One for each character.
   * @param {(shown: Shown) => void} [onShow] Called after every frame.
   */
  constructor(chars, inks, onShow = () => {}) {
    this.#chars = chars;
    this.#inks = inks;
    this.#onShow = onShow;
    this.#timeline = new Timeline(chars);
    this.#time = this.duration;
  }

  /** In milliseconds, at speed 1. */
  get duration() {
    return this.#timeline.duration;
  }

  get time() {
    return this.#time;
  }

  get playing() {
    return this.#playing;
  }

  /** Plays from the present time, or from the start when it is at the end. */
  play() {
    if (this.#playing) return;
    if (this.#time >= this.duration) this.#time = 0;
    this.#playing = true;
    this.#lastFrame = performance.now();
    this.#frame = requestAnimationFrame(this.#step);
    this.#show();
  }

  pause() {
    this.#playing = false;
    cancelAnimationFrame(this.#frame);
    this.#show();
  }

  /** @param {number} time In milliseconds. A replay that plays goes on from there. */
  seek(time) {
    this.#time = Math.min(this.duration, Math.max(0, time));
    if (this.#time >= this.duration) this.pause();
    else this.#show();
  }

  #step = (/** @type {number} */ now) => {
    const gone = Math.min(MAX_FRAME_MS, Math.max(0, now - this.#lastFrame));
    this.#lastFrame = now;
    this.#time = Math.min(this.duration, this.#time + gone * this.speed);
    this.#playing = this.#time < this.duration;
    if (this.#playing) this.#frame = requestAnimationFrame(this.#step);
    this.#show();
  };

  #show() {
    const ended = this.#time >= this.duration;
    const { c, finished, open } = this.#timeline.at(this.#time);
    this.#inks.forEach((ink, i) => {
      const strokes = this.#chars[i];
      if (ended || i < c) ink.draw(strokes);
      else if (i > c) ink.draw([]);
      else ink.draw(strokes.slice(0, finished), open);
    });
    this.#onShow({ time: this.#time, playing: this.#playing, c, ended });
  }
}
