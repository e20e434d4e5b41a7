/**
 * What a campaign's page has beside the writing: live totals and progress, pledges, the schedule,
 * milestones, sharing.
 */

import "../shared/campaign-text.js";
import { campaign } from "../shared/document-campaign.js";
import { part, setText } from "../shared/dom.js";
import { offerToShare } from "../shared/share.js";
import { text } from "../shared/text.js";
import { isHome } from "../home/is-home.js";
import { LiveTotals } from "./live-totals.js";
import { Milestones } from "./milestones.js";
import { PledgeButtons } from "./pledge-buttons.js";
import { Schedule } from "./schedule.js";
import { fillGoals, show } from "./totals.js";

export class CampaignView {
  #parts;
  #live;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-hosts]")))
      setText(element, text("taken_by", { hosts: element.dataset.hosts ?? "" }));
    fillGoals(document);
    const milestones = new Milestones(campaign.milestones);
    const pledges = new PledgeButtons(relay, () => this.#live.askSoon());
    this.#live = new LiveTotals((totals) => {
      show(totals);
      milestones.reach(totals);
    });
    this.#parts = [new Schedule(relay), pledges, milestones];
    offerToShare(() => ({ url: location.origin + location.pathname, words: part("tagline").textContent ?? "" }));
  }

  /** @param {import("../../../client/js/types.js").State} state */
  render(state) {
    for (const it of this.#parts) it.render(state);
    this.#live.render(state, isHome(state));
  }
}
