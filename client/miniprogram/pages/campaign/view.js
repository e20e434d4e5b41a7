/**
 * The values of the template for what the API answers, pure.
 */

import { text } from "../../shared/words.js";

/** @import { CampaignContent, Certificate, WorkContent } from "../../jielong/client/js/types.js" */

/** Currencies whose smallest unit is the whole one; those of others are hundredths. */
const WHOLE = new Set(["JPY", "KRW", "VND", "CLP"]);
const SIGNS = /** @type {Record<string, string>} */ ({ CNY: "¥", JPY: "¥", USD: "$", EUR: "€", GBP: "£" });

/** @param {CampaignContent} campaign @param {Record<string, Certificate>} mine The pledges made, by their id. */
export function pledgesOf({ open, pledges }, mine) {
  return pledges.map(({ id, text: words, count }) => ({
    id,
    text: words,
    count: text("pledge_count", { n: count }),
    number: mine[id] ? text("pledge_number", { n: mine[id].number }) : "",
    ready: open && !mine[id],
  }));
}

/** @param {CampaignContent} campaign */
export function fundsOf({ funds }) {
  return funds.map((fund) => ({
    id: fund.id,
    title: fund.title,
    raised: text("fund_raised", { amount: amountOf(fund.raised, fund.currency), n: fund.donations }),
    goal: fund.goal ? text("fund_goal", { amount: amountOf(fund.goal, fund.currency) }) : "",
    share: fund.goal ? Math.min(100, Math.floor((100 * fund.raised) / fund.goal)) : 0,
  }));
}

/** @param {WorkContent[]} works @param {(work: string) => string} pictureOf The address of its picture. */
export function worksOf(works, pictureOf) {
  return works.map(({ id, phrase }) => ({ id, text: phrase.text, picture: pictureOf(id) }));
}

/** @param {number} units Of the currency's smallest unit. @param {string} currency ISO 4217 */
function amountOf(units, currency) {
  const decimals = WHOLE.has(currency) ? 0 : 2;
  const [whole, rest] = (units / 10 ** decimals).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = SIGNS[currency] ?? `${currency} `;
  return `${sign}${grouped}${rest && Number(rest) ? `.${rest}` : ""}`;
}
