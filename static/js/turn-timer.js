/**
 * How long is left of the turn: a bar that shortens, and the seconds. A long idle limit is not
 * shown before its last minute.
 */

import "./later-strings.js";
import { part, setText } from "./dom.js";
import { text } from "./strings.js";

const SHOWN_BELOW_MS = 60_000;
const HURRY_MS = 10_000;

export class TurnTimer {
  #relay;
  #timer = part("timer");
  #bar = part("timer-bar");
  #words = part("timer-words");
  #until = 0;
  #whole = 1;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
  }

  /** @param {import("../../client/js/types.js").State} state */
  render({ room, link }) {
    if (!room) return;
    const left = Math.max(0, room.turn.until - this.#relay.now());
    if (room.turn.until !== this.#until) {
      this.#until = room.turn.until;
      this.#whole = Math.max(left, 1);
    }
    // The turn of one who is away stands still.
    const still = room.partner?.state === "away" && room.turn.seat !== room.seat;
    const company = room.partner !== null && room.partner.state !== "left" && !still;
    const seen = link.status === "online" && (company || left < SHOWN_BELOW_MS);
    this.#timer.dataset.seen = String(seen);
    this.#timer.hidden = false;
    this.#timer.dataset.hurry = String(left < HURRY_MS);
    this.#bar.style.transform = `scaleX(${(left / this.#whole).toFixed(4)})`;
    setText(this.#words, text("seconds_left", { s: Math.ceil(left / 1000) }));
  }
}
