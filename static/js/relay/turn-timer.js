/**
 * The time left of the turn, as a bar and in seconds. Of the idle limit, which lasts minutes, only
 * the last minute is shown.
 */

import "../shared/lazy-text.js";
import { part, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";

const SHOWN_BELOW_MS = 60_000;
const HURRY_MS = 10_000;

export class TurnTimer {
  #relay;
  #timer = part("timer");
  #bar = part("timer-bar");
  #words = part("timer-words");
  /** The length of a turn: the longest remaining time so far, because no message tells it. */
  #longest = 1;
  #key = "";

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render({ room, connection, campaign }) {
    if (!room) return;
    const left = Math.max(0, room.turn.until - this.#relay.now());
    // While the partner is away, their turn does not end.
    const isPaused = room.partner?.state === "away" && room.turn.seat !== room.seat;
    const paired = room.partner !== null && room.partner.state !== "left";
    const isRunning = paired && !isPaused;
    if (isRunning) this.#update(campaign?.id ?? "", left);
    // Without a partner, the bar shows the last minute.
    const full = paired ? this.#longest : SHOWN_BELOW_MS;
    const visible = connection.status === "online" && (isRunning || left < SHOWN_BELOW_MS);
    this.#timer.dataset.visible = String(visible);
    this.#timer.hidden = false;
    this.#timer.dataset.hurry = String(left < HURRY_MS);
    this.#bar.style.transform = `scaleX(${Math.min(1, left / full).toFixed(4)})`;
    setText(this.#words, text("seconds_left", { s: Math.ceil(left / 1000) }));
  }

  /** All turns of a campaign have the same length. @param {string} campaign @param {number} left */
  #update(campaign, left) {
    const key = `jielong.turn.${campaign}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#longest = Math.max(1, Number(withSession((storage) => storage.getItem(key)) ?? 0));
    }
    if (left <= this.#longest) return;
    this.#longest = left;
    withSession((storage) => storage.setItem(key, String(Math.round(left))));
  }
}

/** @template T @param {(storage: Storage) => T} use @returns {T | null} Null when session storage is blocked or full. */
function withSession(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
