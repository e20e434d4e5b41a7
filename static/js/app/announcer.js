/**
 * Announces to screen readers whose turn it is and what the partner does.
 */

import { screenOf } from "../../../client/js/state/selectors.js";
import { part, setText } from "../shared/dom.js";
import { formatNumber, text } from "../shared/text.js";

/** @import { State } from "../../../client/js/types.js" */

export class Announcer {
  #part = part("announcer");

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange({ before, state }) {
    const texts = [partnerText(before, state), screenText(before, state)].filter(Boolean);
    if (texts.length > 0) setText(this.#part, texts.join(""));
  }
}

/** @param {State} before @param {State} state */
function partnerText(before, state) {
  const old = before.room?.partner;
  const now = state.room?.partner;
  if (!now || old?.state === now.state) return "";
  if (now.state === "away") return text("say_away");
  if (now.state === "left") return text("say_left");
  return old?.state === "away" ? text("say_back") : text("say_matched", { alias: now.alias });
}

/** @param {State} before @param {State} state */
function screenText(before, state) {
  const screen = screenOf(state);
  const { room, done } = state;
  if (screen === screenOf(before) && room?.turn.c === before.room?.turn.c) return "";
  if (screen === "waiting") return room?.turn.seat === room?.seat ? text("say_waiting") : "";
  if (screen === "my-turn" && room) return text("say_my_turn", { char: room.turn.char });
  if (screen === "their-turn" && room) return text("say_their_turn", { char: room.turn.char });
  if (screen === "done" && done) return text("say_done", { n: formatNumber(done.serial) });
  return "";
}
