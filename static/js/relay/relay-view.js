/**
 * The room: the partner, the turn, the phrase, the writing cell and its tools.
 */

import { canKeepRoom, canWrite, hasInk, needsPartner, screenOf } from "../../../client/js/state/selectors.js";
import { button, icon, part, setText } from "../shared/dom.js";
import { LazyPart, lazy, within } from "../shared/lazy.js";
import { text } from "../shared/text.js";
import { PhraseRow } from "./phrase-row.js";
import { WritingCell } from "./writing-cell.js";

/** @import { Room, State } from "../../../client/js/types.js" */

/** Without a partner the turn lasts minutes, and the timer shows only the last one. */
const TIMER_SHOWN_BELOW_MS = 60_000;

/** The longest that one who wants to leave waits for the question. */
const QUESTION_LIMIT_MS = 3000;

export class RelayView {
  #relay;
  #section = part("relay");
  #alias = part("partner-alias");
  #partnerState = part("partner-state");
  #title = part("turn-title");
  #hint = part("turn-more");
  #undo = button("undo");
  #clear = button("clear");
  #commit = button("commit");
  #invite = button("invite");
  #report = button("report");
  #cell;
  #row = new PhraseRow();
  #partnerPanel;
  #offers;
  /** @type {import("./room-dialogs.js").RoomDialogs | null} */
  #dialogs = null;
  #ticker = 0;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#cell = new WritingCell(relay);
    this.#partnerPanel = new LazyPart(lazy(
      () => import("./partner-panel.js"),
      ({ PartnerPanel }) => new PartnerPanel(relay),
      "partner",
    ));
    this.#offers = new LazyPart(lazy(() => import("./offers.js"), ({ Offers }) => new Offers(relay), "dialogs"));
    const dialogs = lazy(
      () => import("./room-dialogs.js"),
      ({ RoomDialogs }) => (this.#dialogs = new RoomDialogs(relay)),
      "dialogs",
    );
    this.#report.append(icon("flag"));
    this.#tool(this.#undo, () => relay.dispatch({ t: "user:undo" }));
    this.#tool(this.#clear, () => relay.dispatch({ t: "user:clear" }));
    this.#tool(this.#commit, () => relay.dispatch({ t: "user:commit" }));
    // Offline these cannot be fetched, and would not help.
    for (const name of /** @type {const} */ (["report", "invite"]))
      button(name).addEventListener("click", () => dialogs().then((loaded) => loaded.open(name), () => {}));
    button("leave").addEventListener("click", () => this.#askToLeave(dialogs));
    button("order").addEventListener("click", () => this.#showOrder().catch(() => {}));
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange(change) {
    this.#cell.onChange(change);
    this.#partnerPanel.part?.onChange(change);
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    const visible = room !== null && screenOf(state) !== "elsewhere";
    this.#section.hidden = !visible;
    this.#dialogs?.render(state);
    if (room && !this.#ticker) this.#ticker = setInterval(() => this.#tick(), 250);
    if (!room) {
      clearInterval(this.#ticker);
      this.#ticker = 0;
      return;
    }
    const { title, hint } = turnText(state, room);
    setText(this.#title, title);
    setText(this.#hint, hint);
    this.#undo.disabled = this.#clear.disabled = this.#commit.disabled = !hasInk(state);
    setText(this.#commit, text(state.draft?.committing ? "committing" : "commit"));
    this.#section.dataset.writing = String(canWrite(state));
    this.#invite.hidden = room.partner !== null;
    this.#invite.disabled = state.connection.status !== "online";
    this.#report.hidden = room.partner === null;
    this.#row.render(state);
    this.#cell.render(state);
    this.#partnerPanel.part?.render(state);
    this.#tick();
  }

  /** Shows what changes with time. */
  #tick() {
    const { room } = this.#relay.state;
    if (!room) return;
    if (!room.partner) {
      setText(this.#alias, text(room.invite ? "partner_friend" : "partner_nobody"));
      setText(this.#partnerState, "");
    } else if (!this.#partnerPanel.part) setText(this.#alias, room.partner.alias);
    if (room.partner || room.turn.until - this.#relay.now() < TIMER_SHOWN_BELOW_MS) this.#partnerPanel.need();
    this.#partnerPanel.part?.tick(this.#relay.state);
    if (room.offer || canKeepRoom(this.#relay.state)) this.#offers.need();
    this.#offers.part?.render();
  }

  /** @param {HTMLButtonElement} tool @param {() => void} act */
  #tool(tool, act) {
    tool.addEventListener("click", () => {
      this.#cell.finishStroke();
      act();
    });
  }

  /** Leaves at once when the question cannot be fetched, as offline. @param {() => Promise<import("./room-dialogs.js").RoomDialogs>} dialogs */
  async #askToLeave(dialogs) {
    const asked = this.#relay.state.room?.id;
    const loaded = await within(QUESTION_LIMIT_MS, dialogs()).catch(() => null);
    const { room } = this.#relay.state;
    if (room?.id !== asked) return;
    if (loaded) loaded.open("leave");
    else this.#relay.dispatch({ t: "user:leave" });
  }

  async #showOrder() {
    const shown = await this.#cell.playStrokeOrder();
    if (shown) setText(part("announcer"), text("stroke_order_of", shown));
  }

  /** Ctrl-Z takes a stroke back. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || this.#undo.disabled) return;
    if (this.#section.hidden || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#undo.click();
  }
}

/** @param {State} state @param {Room} room */
function turnText(state, room) {
  const { turn, partner } = room;
  const { char } = turn;
  const mine = turn.seat === room.seat;
  if (state.connection.status !== "online") return { title: text("offline"), hint: text("offline_safe") };
  if (!partner && mine) {
    const what = room.invite ? "waiting_friend" : "waiting_mine";
    return { title: text(what), hint: text(`${what}_more`) };
  }
  if (!mine && (!partner || partner.state === "left"))
    return { title: text("waiting_theirs", { char }), hint: text(canKeepRoom(state) ? "waiting_theirs_more" : "waiting_theirs_none") };
  if (!mine) return { title: text("their_turn", { char }), hint: text("their_turn_more") };
  const alone = partner?.state === "left" && needsPartner(room);
  return { title: text("my_turn", { char }), hint: text(alone ? "my_turn_alone" : "my_turn_more") };
}
