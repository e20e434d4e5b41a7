/**
 * The campaign of the document: what the service has put into it for the page's script.
 */

import { locale } from "./text.js";

/** @typedef {string | Record<string, string>} Texts One text, or texts by the tag of their language. */
/** @typedef {{counter: "relays" | "participants" | "pledges", at: number, text: Texts}} Milestone */
/**
 * @typedef {Object} DocumentCampaign
 * @property {string} id
 * @property {string} locale
 * @property {string[]} relays
 * @property {boolean} enabled Whether the organiser has opened it; its dates may still keep it closed.
 * @property {boolean} archived It is over, whatever its dates say.
 * @property {string} zone The time zone of its moments; may be empty.
 * @property {string | null} opens
 * @property {string | null} closes
 * @property {Record<string, Record<string, string>>} texts Those that are there in several languages.
 * @property {Record<string, string>} currencies By fund.
 * @property {Milestone[]} milestones
 */

/** @type {DocumentCampaign} */
export const campaign = JSON.parse(document.getElementById("campaign")?.textContent ?? "");

const SCRIPTS = /** @type {Record<string, string>} */ ({ "zh-cn": "zh-hans", "zh-sg": "zh-hans", "zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant" });

/** Chinese by its script. @param {string} tag */
const withScript = (tag) => SCRIPTS[tag.toLowerCase()] ?? tag.toLowerCase();

/** The text in the page's language, else in the campaign's, else any. @param {Texts} texts */
export function toldIn(texts) {
  if (typeof texts === "string") return texts;
  const tags = Object.keys(texts);
  for (const wanted of [locale, campaign.locale].map(withScript))
    for (const of of [(/** @type {string} */ tag) => tag, (/** @type {string} */ tag) => tag.split("-")[0]]) {
      const found = tags.find((tag) => of(withScript(tag)) === of(wanted));
      if (found) return texts[found];
    }
  return texts[tags[0]] ?? "";
}

/** Puts the campaign's texts into the page's language. @param {ParentNode} root */
export function fillTold(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-told]"))) {
    const texts = campaign.texts[element.dataset.told ?? ""];
    if (texts) element.textContent = toldIn(texts);
  }
}

/** What keeps people from taking part in a campaign that is not open. @returns {"before" | "ended" | "paused"} */
export function closedPhase(now = Date.now()) {
  const { enabled, archived, opens, closes } = campaign;
  if (archived || (closes && now >= Date.parse(closes))) return "ended";
  return enabled && opens && now < Date.parse(opens) ? "before" : "paused";
}
