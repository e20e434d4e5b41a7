/**
 * The partner's name and state, the timer of the turn, and the reactions.
 */

import "../shared/lazy-text.js";
import { needsPartner } from "../../../client/js/state/selectors.js";
import { part, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";
import { Reactions } from "./reactions.js";
import { TurnTimer } from "./turn-timer.js";

/** @import { PartnerState as Partner, Room, State } from "../../../client/js/types.js" */

export class PartnerPanel {
  #relay;
  #alias = part("partner-alias");
  #partnerState = part("partner-state");
  #reactions;
  #timer;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#reactions = new Reactions(relay);
    this.#timer = new TurnTimer(relay);
    this.render(relay.state);
    this.tick(relay.state);
  }

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange(change) {
    this.#reactions.onChange(change);
  }

  /** @param {State} state */
  render(state) {
    this.#reactions.render(state);
  }

  /** Shows what changes with time. @param {State} state */
  tick(state) {
    this.#timer.render(state);
    const { room } = state;
    if (!room?.partner) return;
    const shown = partnerText(state, room, room.partner, this.#relay.now());
    setText(this.#alias, shown.alias);
    setText(this.#partnerState, shown.state);
  }
}

/** @param {State} state @param {Room} room @param {Partner} partner @param {number} now */
function partnerText({ connection }, room, partner, now) {
  const alias = partner.alias || text("unknown_partner");
  if (connection.status !== "online") return { alias, state: "" }; // Offline, the partner's state is unknown.
  if (partner.state === "away") {
    const s = Math.max(0, Math.ceil((partner.until - now) / 1000));
    return { alias, state: partner.until ? text("partner_away", { s }) : text("partner_away_plain") };
  }
  if (partner.state === "left")
    return { alias, state: text(needsPartner(room) ? "partner_left" : "partner_left_done") };
  const { region } = partner;
  return { alias, state: region ? text("partner_region", { region }) : text("partner_here") };
}
