/**
 * The page where a donor comes back: in the reader's language, with totals of this moment.
 */

import "../shared/campaign-text.js";
import { fetchTotals } from "../shared/campaign-api.js";
import { campaign, fillTold } from "../shared/document-campaign.js";
import { part, setText } from "../shared/dom.js";
import { offerToShare } from "../shared/share.js";
import { text } from "../shared/text.js";
import { fillGoals, show } from "./totals.js";
import { totalsOf } from "./live-totals.js";

fillTold(document);
fillGoals(document);
for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-hosts]")))
  setText(element, text("thanks_more", { hosts: element.dataset.hosts ?? "" }));

const here = /** @type {HTMLAnchorElement} */ (document.querySelector(".brand"));
offerToShare(() => ({ url: here.href, words: part("campaign-title").textContent ?? "" }));

fetchTotals(campaign.id).then(({ pledges, funds }) => show(totalsOf(pledges, funds)), () => {}); // Those of the document stay.
