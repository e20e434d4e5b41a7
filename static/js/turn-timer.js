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
  /** A whole turn: the longest rest of one seen here; after a reload the first may be half over. */
  #whole = 1;
  #key = "";

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
  }

  /** @param {import("../../client/js/types.js").State} state */
  render({ room, connection, campaign }) {
    if (!room) return;
    const left = Math.max(0, room.turn.until - this.#relay.now());
    // The turn of one who is away stands still.
    const still = room.partner?.state === "away" && room.turn.seat !== room.seat;
    const paired = room.partner !== null && room.partner.state !== "left";
    const company = paired && !still;
    if (company) this.#remember(campaign?.id ?? "", left);
    // Alone, a bar stands for the last minute.
    const whole = paired ? this.#whole : SHOWN_BELOW_MS;
    const seen = connection.status === "online" && (company || left < SHOWN_BELOW_MS);
    this.#timer.dataset.seen = String(seen);
    this.#timer.hidden = false;
    this.#timer.dataset.hurry = String(left < HURRY_MS);
    this.#bar.style.transform = `scaleX(${Math.min(1, left / whole).toFixed(4)})`;
    setText(this.#words, text("seconds_left", { s: Math.ceil(left / 1000) }));
  }

  /** @param {string} campaign Whose turns are alike. @param {number} left */
  #remember(campaign, left) {
    const key = `jielong.turn.${campaign}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#whole = Math.max(1, Number(sessionOf((kept) => kept.getItem(key)) ?? 0));
    }
    if (left <= this.#whole) return;
    this.#whole = left;
    sessionOf((kept) => kept.setItem(key, String(Math.round(left))));
  }
}

/** @template T @param {(kept: Storage) => T} use @returns {T | null} Null where nothing is kept. */
function sessionOf(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
