/**
 * What a round with a partner has beside the paper: who they are, the time of the turn, and the
 * small answers.
 */

import "./later-strings.js";
import { needsPartner } from "../../client/js/state/selectors.js";
import { part, setText } from "./dom.js";
import { Reactions } from "./reactions.js";
import { text } from "./strings.js";
import { TurnTimer } from "./turn-timer.js";

/** @import { PartnerState as Partner, Room, State } from "../../client/js/types.js" */

export class Company {
  #relay;
  #alias = part("partner-alias");
  #partnerState = part("partner-state");
  #reactions;
  #timer;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#reactions = new Reactions(relay);
    this.#timer = new TurnTimer(relay);
    this.render(relay.state);
    this.tick(relay.state);
  }

  /** @param {import("../../client/js/types.js").Change} change */
  happened(change) {
    this.#reactions.happened(change);
  }

  /** @param {State} state */
  render(state) {
    this.#reactions.render(state);
  }

  /** What changes by time alone. @param {State} state */
  tick(state) {
    this.#timer.render(state);
    const { room } = state;
    if (!room?.partner) return;
    const words = partnerWords(state, room, room.partner, this.#relay.now());
    setText(this.#alias, words.alias);
    setText(this.#partnerState, words.state);
  }
}

/** @param {State} state @param {Room} room @param {Partner} partner @param {number} now */
function partnerWords({ connection }, room, partner, now) {
  const alias = partner.alias || text("unknown_partner");
  if (connection.status !== "online") return { alias, state: "" }; // Nothing is known of them.
  if (partner.state === "away") {
    const s = Math.max(0, Math.ceil((partner.until - now) / 1000));
    return { alias, state: partner.until ? text("partner_away", { s }) : text("partner_away_plain") };
  }
  if (partner.state === "left")
    return { alias, state: text(needsPartner(room) ? "partner_left" : "partner_left_done") };
  const { region } = partner;
  return { alias, state: region ? text("partner_region", { region }) : text("partner_here") };
}
