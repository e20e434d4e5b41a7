/**
 * The room: the partner, the turn, the phrase, the writing cell and its tools.
 */

import { canKeepRoom, canWrite, hasInk, needsPartner, screenOf } from "../../../client/js/state/selectors.js";
import { button, icon, part, setText } from "../shared/dom.js";
import { lazy, withCooldown } from "../shared/lazy.js";
import { text } from "../shared/text.js";
import { View } from "../shared/view.js";
import { PhraseRow } from "./phrase-row.js";
import { WritingCell } from "./writing-cell.js";

/** @import { Room, State } from "../../../client/js/types.js" */

/** Without a partner the turn lasts minutes, and the timer shows only the last one. */
const TIMER_SHOWN_BELOW_MS = 60_000;
const ROOM_DIALOGS = "[data-testid=leave-dialog][open], [data-testid=report-dialog][open]";

export class RelayView extends View {
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
  /** @type {import("./partner-panel.js").PartnerPanel | null} */
  #partnerPanel = null;
  #fetchPartnerPanel;
  /** @type {import("./keep-offer.js").KeepOffer | null} */
  #offer = null;
  #fetchOffer;
  /** @type {import("./invite-dialog.js").InviteDialog | null} */
  #inviteDialog = null;
  #ticker = 0;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    super();
    this.#relay = relay;
    this.#cell = new WritingCell(relay);
    this.#fetchPartnerPanel = withCooldown(lazy(
      () => import("./partner-panel.js"),
      ({ PartnerPanel }) => (this.#partnerPanel = new PartnerPanel(relay)),
      "partner",
    ));
    this.#fetchOffer = withCooldown(lazy(
      () => import("./keep-offer.js"),
      ({ KeepOffer }) => (this.#offer = new KeepOffer(relay)),
      "dialogs",
    ));
    const leaveDialog = lazy(() => import("./leave-dialog.js"), ({ LeaveDialog }) => new LeaveDialog(relay), "dialogs");
    const reportDialog = lazy(() => import("./report-dialog.js"), ({ ReportDialog }) => new ReportDialog(relay), "dialogs");
    const inviteDialog = lazy(() => import("./invite-dialog.js"), ({ InviteDialog }) => new InviteDialog(relay), "dialogs");
    this.#report.append(icon("flag"));
    this.#tool(this.#undo, () => relay.dispatch({ t: "user:undo" }));
    this.#tool(this.#clear, () => relay.dispatch({ t: "user:clear" }));
    this.#tool(this.#commit, () => relay.dispatch({ t: "user:commit" }));
    // Offline these cannot be fetched, and would not help.
    button("leave").addEventListener("click", () => leaveDialog().then((dialog) => dialog.ask(), () => {}));
    this.#report.addEventListener("click", () => reportDialog().then((dialog) => dialog.ask(), () => {}));
    this.#invite.addEventListener("click", () => inviteDialog().then((dialog) => this.#openInvite(dialog), () => {}));
    button("order").addEventListener("click", () => this.#showOrder().catch(() => {}));
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange(change) {
    this.#cell.onChange(change);
    this.#partnerPanel?.onChange(change);
    // Dialogs about a room close with it.
    if (change.before.room && !change.state.room)
      for (const dialog of document.querySelectorAll(ROOM_DIALOGS)) /** @type {HTMLDialogElement} */ (dialog).close();
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    const visible = room !== null && screenOf(state) !== "elsewhere";
    this.#section.hidden = !visible;
    this.#inviteDialog?.render(state);
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
    this.#partnerPanel?.render(state);
    this.#tick();
  }

  /** Shows what changes with time. */
  #tick() {
    const { room } = this.#relay.state;
    if (!room) return;
    if (!room.partner) {
      setText(this.#alias, text(room.invite ? "partner_friend" : "partner_nobody"));
      setText(this.#partnerState, "");
    } else if (!this.#partnerPanel) setText(this.#alias, room.partner.alias);
    if (this.#partnerPanel) this.#partnerPanel.tick(this.#relay.state);
    else if (room.partner || room.turn.until - this.#relay.now() < TIMER_SHOWN_BELOW_MS) this.#fetchPartnerPanel().catch(() => {});
    if (this.#offer) this.#offer.render();
    else if (canKeepRoom(this.#relay.state)) this.#fetchOffer().catch(() => {});
  }

  /** @param {HTMLButtonElement} tool @param {() => void} act */
  #tool(tool, act) {
    tool.addEventListener("click", () => this.#cell.finishStroke(act));
  }

  /** @param {import("./invite-dialog.js").InviteDialog} dialog */
  #openInvite(dialog) {
    this.#inviteDialog = dialog;
    dialog.open();
  }

  async #showOrder() {
    const shown = await this.#cell.showOrder();
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
