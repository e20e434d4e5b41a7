/**
 * The frame of the page: what the body and the tab's title say of the state, and the state of the
 * line.
 */

import { screenOf } from "../../client/js/state/selectors.js";
import { part, setData, setText } from "./dom.js";
import { text } from "./strings.js";
import { View } from "./view.js";

/** @import { Campaign, State } from "../../client/js/types.js" */

export class PageView extends View {
  #line = part("connection");
  #message = part("message");
  #title = part("campaign-title");

  /** @param {State} state */
  render(state) {
    const { room, campaign } = state;
    setData(document.body, {
      state: screenOf(state),
      turn: room ? (room.turn.seat === room.seat ? "mine" : "theirs") : "none",
      partner: room?.partner?.state ?? "none",
      connection: state.connection.status,
    });
    if (campaign?.title) {
      delete this.#title.dataset.text; // Later words would put the product's name back.
      setText(this.#title, campaign.title);
      document.title = pageTitle(state);
    }
    // What has the whole screen need not be said here, too.
    setText(this.#line, this.#message.hidden ? lineWords(state) : "");
  }
}

/** Whether a message has the whole screen: see message.js. @param {State} state */
export function isMessage(state) {
  const screen = screenOf(state);
  return screen === "elsewhere" || screen === "closed" || (screen === "offline" && !state.room);
}

/** Says in the tab's title when it is one's turn. @param {State} state */
function pageTitle(state) {
  const { room, campaign } = state;
  const title = /** @type {Campaign} */ (campaign).title;
  if (screenOf(state) !== "my-turn" || !room) return title;
  return `${text("my_turn", { char: room.turn.char })} · ${title}`;
}

/** @param {State} state */
export function lineWords(state) {
  const { connection, welcomed } = state;
  if (screenOf(state) === "closed") return ""; // No line would open it.
  if (connection.status === "online" || connection.status === "elsewhere") return "";
  if (connection.reason === "restart") return text("offline_restart");
  if (connection.reason === "busy") return text("offline_busy");
  return welcomed || connection.status === "offline" ? text("offline") : text("connecting");
}
