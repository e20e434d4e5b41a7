/**
 * The room: the partner, whose turn and how long, the phrase, the paper and its tools.
 */

import { canWrite, hasInk, canKeepRoom, needsPartner, screenOf } from "../../client/js/state/selectors.js";
import { button, icon, part, setText } from "./dom.js";
import { later, patiently } from "./later.js";
import { PhraseRow } from "./phrase-row.js";
import { text } from "./strings.js";
import { View } from "./view.js";
import { WritingCell } from "./writing-cell.js";

/** @import { Room, State } from "../../client/js/types.js" */

/** Alone, one has minutes; the last one is shown. */
const SOON_MS = 60_000;
const ABOUT_A_ROOM = "[data-testid=leave-dialog][open], [data-testid=report-dialog][open]";

export class PlayView extends View {
  #relay;
  #section = part("play");
  #alias = part("partner-alias");
  #partnerState = part("partner-state");
  #title = part("turn-title");
  #more = part("turn-more");
  #undo = button("undo");
  #clear = button("clear");
  #commit = button("commit");
  #invite = button("invite");
  #report = button("report");
  #cell;
  #row = new PhraseRow();
  /** @type {import("./company.js").Company | null} */
  #company = null;
  #fetchCompany;
  /** @type {import("./keep-offer.js").KeepOffer | null} */
  #offer = null;
  #fetchOffer;
  /** @type {import("./invite-dialog.js").InviteDialog | null} */
  #invited = null;
  #ticking = 0;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    super();
    this.#relay = relay;
    this.#cell = new WritingCell(relay);
    this.#fetchCompany = patiently(later(
      () => import("./company.js"),
      ({ Company }) => (this.#company = new Company(relay)),
      "company",
    ));
    this.#fetchOffer = patiently(later(
      () => import("./keep-offer.js"),
      ({ KeepOffer }) => (this.#offer = new KeepOffer(relay)),
      "dialogs",
    ));
    const leaving = later(() => import("./leave-dialog.js"), ({ LeaveDialog }) => new LeaveDialog(relay), "dialogs");
    const reporting = later(() => import("./report-dialog.js"), ({ ReportDialog }) => new ReportDialog(relay), "dialogs");
    const inviting = later(() => import("./invite-dialog.js"), ({ InviteDialog }) => new InviteDialog(relay), "dialogs");
    this.#report.append(icon("flag"));
    this.#tool(this.#undo, () => relay.dispatch({ t: "user:undo" }));
    this.#tool(this.#clear, () => relay.dispatch({ t: "user:clear" }));
    this.#tool(this.#commit, () => relay.dispatch({ t: "user:commit" }));
    // Without a line these cannot be fetched, nor would they be of use.
    button("leave").addEventListener("click", () => leaving().then((dialog) => dialog.ask(), () => {}));
    this.#report.addEventListener("click", () => reporting().then((dialog) => dialog.ask(), () => {}));
    this.#invite.addEventListener("click", () => inviting().then((dialog) => this.#askFriend(dialog), () => {}));
    button("order").addEventListener("click", () => this.#showOrder().catch(() => {}));
    addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {import("../../client/js/types.js").Change} change */
  happened(change) {
    this.#cell.happened(change);
    this.#company?.happened(change);
    // What is asked about a room ends with it.
    if (change.before.room && !change.state.room)
      for (const dialog of document.querySelectorAll(ABOUT_A_ROOM)) /** @type {HTMLDialogElement} */ (dialog).close();
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    const seen = room !== null && screenOf(state) !== "elsewhere";
    this.#section.hidden = !seen;
    this.#invited?.render(state);
    if (room && !this.#ticking) this.#ticking = setInterval(() => this.#tick(), 250);
    if (!room) {
      clearInterval(this.#ticking);
      this.#ticking = 0;
      return;
    }
    const { title, more } = turnWords(state, room);
    setText(this.#title, title);
    setText(this.#more, more);
    this.#undo.disabled = this.#clear.disabled = this.#commit.disabled = !hasInk(state);
    setText(this.#commit, text(state.draft?.committing ? "committing" : "commit"));
    this.#section.dataset.writing = String(canWrite(state));
    this.#invite.hidden = room.partner !== null;
    this.#invite.disabled = state.connection.status !== "online";
    this.#report.hidden = room.partner === null;
    this.#row.render(state);
    this.#cell.render(state);
    this.#company?.render(state);
    this.#tick();
  }

  /** What changes by time alone. */
  #tick() {
    const { room } = this.#relay.state;
    if (!room) return;
    if (!room.partner) {
      setText(this.#alias, text(room.invite ? "partner_friend" : "partner_nobody"));
      setText(this.#partnerState, "");
    } else if (!this.#company) setText(this.#alias, room.partner.alias);
    if (this.#company) this.#company.tick(this.#relay.state);
    else if (room.partner || room.turn.until - this.#relay.now() < SOON_MS) this.#fetchCompany().catch(() => {});
    if (this.#offer) this.#offer.render();
    else if (canKeepRoom(this.#relay.state)) this.#fetchOffer().catch(() => {});
  }

  /** @param {HTMLButtonElement} tool @param {() => void} act */
  #tool(tool, act) {
    tool.addEventListener("click", () => this.#cell.finishStroke(act));
  }

  /** @param {import("./invite-dialog.js").InviteDialog} dialog */
  #askFriend(dialog) {
    this.#invited = dialog;
    dialog.open();
  }

  async #showOrder() {
    const shown = await this.#cell.showOrder();
    if (shown) setText(part("announcer"), text("stroke_order_of", shown));
  }

  /** Undo as everywhere. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || this.#undo.disabled) return;
    if (this.#section.hidden || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.#undo.click();
  }
}

/** @param {State} state @param {Room} room */
function turnWords(state, room) {
  const { turn, partner } = room;
  const { char } = turn;
  const mine = turn.seat === room.seat;
  if (state.connection.status !== "online") return { title: text("offline"), more: text("offline_safe") };
  if (!partner && mine) {
    const what = room.invite ? "waiting_friend" : "waiting_mine";
    return { title: text(what), more: text(`${what}_more`) };
  }
  if (!mine && (!partner || partner.state === "left"))
    return { title: text("waiting_theirs", { char }), more: text(canKeepRoom(state) ? "waiting_theirs_more" : "waiting_theirs_none") };
  if (!mine) return { title: text("their_turn", { char }), more: text("their_turn_more") };
  const alone = partner?.state === "left" && needsPartner(room);
  return { title: text("my_turn", { char }), more: text(alone ? "my_turn_alone" : "my_turn_more") };
}
