/**
 * The controls of a replay: play and pause, position, speed, and keyboard shortcuts.
 */

import { button, make, part, setText } from "../shared/dom.js";
import { word } from "../shared/work-text.js";
import { Replay } from "./replay.js";

const SPEEDS = [0.5, 1, 2, 4];
const STEP_MS = 1000;
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  play: "M7.5 4.5v15l12-7.5Z",
  pause: "M6.5 5h4v14h-4ZM13.5 5h4v14h-4Z",
  again: "M12 5.6V2.2L6.6 6.7l5.4 4.5V7.9a5.4 5.4 0 1 1-5.4 5.4H4.3A7.7 7.7 0 1 0 12 5.6Z",
};

export class ReplayPlayer {
  #root = part("player");
  #button = button("player-button");
  #icon = document.createElementNS(SVG, "path");
  #position = /** @type {HTMLInputElement} */ (part("player-place"));
  #clock = part("player-clock");
  #speeds = part("player-speeds");
  #cells;
  #replay;

  /**
   * @param {number[][][]} chars
   * @param {import("./replay.js").Ink[]} inks
   * @param {HTMLElement[]} cells The cell being written is marked.
   */
  constructor(chars, inks, cells) {
    this.#cells = cells;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(this.#icon);
    this.#button.replaceChildren(svg);
    this.#replay = new Replay(chars, inks, (shown) => this.#show(shown));
    this.#position.max = String(Math.max(1, Math.round(this.#replay.duration)));
    this.#replay.seek(this.#replay.duration);
    this.#offerSpeeds();
    this.#listen();
  }

  play() {
    this.#replay.play();
  }

  #toggle() {
    if (this.#replay.playing) this.#replay.pause();
    else this.#replay.play();
  }

  /** @param {import("./replay.js").Shown} shown */
  #show({ time, playing, c, ended }) {
    const what = playing ? "pause" : ended ? "again" : "play";
    this.#root.dataset.replay = playing ? "playing" : ended ? "ended" : "paused";
    if (this.#button.getAttribute("aria-label") !== word(what)) {
      this.#button.setAttribute("aria-label", word(what));
      this.#button.title = word(what);
      this.#icon.setAttribute("d", ICONS[what]);
    }
    this.#position.value = String(Math.round(time));
    const [now, total] = [time, Number(this.#position.max)].map((ms) => (ms / 1000).toFixed(1));
    this.#position.setAttribute("aria-valuetext", word("place_value", { now, whole: total }));
    this.#position.style.setProperty("--elapsed", String(time / Number(this.#position.max)));
    setText(this.#clock, `${now} / ${total}`);
    this.#cells.forEach((cell, i) => cell.toggleAttribute("data-writing", !ended && i === c));
  }

  #offerSpeeds() {
    for (const speed of SPEEDS) {
      const input = make("input");
      Object.assign(input, { type: "radio", name: "speed", value: String(speed), checked: speed === 1 });
      const label = make("label", { class: "speed", data: { testid: `speed-${speed}` } }, input, make("span", { text: `${speed}×` }));
      this.#speeds.append(label);
    }
    this.#speeds.addEventListener("change", (event) => {
      this.#replay.speed = Number(/** @type {HTMLInputElement} */ (event.target).value);
    });
  }

  /** @param {number} step 1: faster, -1: slower. */
  #changeSpeed(step) {
    const at = SPEEDS.indexOf(this.#replay.speed) + step;
    const input = this.#speeds.querySelectorAll("input")[at];
    if (!input) return;
    input.checked = true;
    this.#replay.speed = SPEEDS[at];
  }

  #listen() {
    this.#button.addEventListener("click", () => this.#toggle());
    let resume = false;
    this.#position.addEventListener("input", () => {
      if (this.#replay.playing) {
        resume = true;
        this.#replay.pause();
      }
      this.#replay.seek(Number(this.#position.value));
    });
    this.#position.addEventListener("change", () => {
      if (resume && this.#replay.time < this.#replay.duration) this.#replay.play();
      resume = false;
    });
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const focused = event.target instanceof HTMLElement ? event.target : document.body;
    const control = focused.closest("a, button, input, select, textarea");
    const acts = {
      " ": () => this.#toggle(),
      ArrowLeft: () => this.#replay.seek(this.#replay.time - STEP_MS),
      ArrowRight: () => this.#replay.seek(this.#replay.time + STEP_MS),
      "+": () => this.#changeSpeed(1),
      "=": () => this.#changeSpeed(1),
      "-": () => this.#changeSpeed(-1),
    };
    const act = acts[/** @type {keyof typeof acts} */ (event.key)];
    const isSlider = control === this.#position;
    const isTaken = control && !isSlider && (event.key === " " || control instanceof HTMLInputElement);
    if (!act || isTaken) return; // A focused control handles its own keys.
    event.preventDefault();
    act();
  }
}
