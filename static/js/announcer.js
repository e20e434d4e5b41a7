/**
 * Says aloud, to those who listen to the page, whose turn it is and what became of the partner.
 */

import { screenOf } from "../../client/js/state/selectors.js";
import { part, setText } from "./dom.js";
import { formatNumber, text } from "./strings.js";
import { View } from "./view.js";

/** @import { State } from "../../client/js/types.js" */

export class Announcer extends View {
  #part = part("announcer");

  /** @param {import("../../client/js/types.js").Change} change */
  happened({ before, state }) {
    const words = [partnerNews(before, state), screenNews(before, state)].filter(Boolean);
    if (words.length > 0) setText(this.#part, words.join(""));
  }
}

/** @param {State} before @param {State} state */
function partnerNews(before, state) {
  const was = before.room?.partner;
  const now = state.room?.partner;
  if (!now || was?.state === now.state) return "";
  if (now.state === "away") return text("say_away");
  if (now.state === "left") return text("say_left");
  return was?.state === "away" ? text("say_back") : text("say_matched", { alias: now.alias });
}

/** @param {State} before @param {State} state */
function screenNews(before, state) {
  const screen = screenOf(state);
  const { room, done } = state;
  if (screen === screenOf(before) && room?.turn.c === before.room?.turn.c) return "";
  if (screen === "waiting") return room?.turn.seat === room?.seat ? text("say_waiting") : "";
  if (screen === "my-turn" && room) return text("say_my_turn", { char: room.turn.char });
  if (screen === "their-turn" && room) return text("say_their_turn", { char: room.turn.char });
  if (screen === "done" && done) return text("say_done", { n: formatNumber(done.serial) });
  return "";
}
