/**
 * The frame of the page: attributes of the body for style sheets, title, state of the connection.
 */

import { screenOf } from "../../../client/js/state/selectors.js";
import { part, setData, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";

/** @import { Campaign, State } from "../../../client/js/types.js" */

export class FrameView {
  #connection = part("connection");
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
      setText(this.#title, campaign.title);
      document.title = pageTitle(state);
    }
    // A message that fills the screen says it already.
    setText(this.#connection, this.#message.hidden ? connectionText(state) : "");
  }
}

/** Whether a message fills the screen, see message-view.js. @param {State} state */
export function isMessage(state) {
  const screen = screenOf(state);
  if (screen === "closed") return !state.campaign?.id;
  return screen === "elsewhere" || (screen === "offline" && !state.room);
}

/** The tab's title, which says when it is this participant's turn. @param {State} state */
function pageTitle(state) {
  const { room, campaign } = state;
  const title = /** @type {Campaign} */ (campaign).title;
  if (screenOf(state) !== "my-turn" || !room) return title;
  return `${text("my_turn", { char: room.turn.char })} · ${title}`;
}

/** @param {State} state */
export function connectionText(state) {
  const { connection, welcomed } = state;
  if (screenOf(state) === "closed") return ""; // A connection would not open the campaign.
  if (connection.status === "online" || connection.status === "elsewhere") return "";
  if (connection.reason === "restart") return text("offline_restart");
  if (connection.reason === "busy") return text("offline_busy");
  return welcomed || connection.status === "offline" ? text("offline") : text("connecting");
}
