/**
 * A campaign's totals as the page shows them: in words, and as progress to goals.
 */

import { campaign } from "../shared/document-campaign.js";
import { setText } from "../shared/dom.js";
import { formatNumber, locale, text } from "../shared/text.js";

/**
 * By the names in the document: `relays`, `participants`, `pledges`, `donations`, `pledge.ID`, and
 * `fund.ID` in the smallest unit of its currency.
 * @typedef {Record<string, number>} Totals
 */

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/** @param {number} amount In the smallest unit. @param {string} currency */
function formatMoney(amount, currency) {
  const whole = formatOf(currency, 0);
  const unit = 10 ** (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2);
  return amount % unit === 0 ? whole.format(amount / unit) : formatOf(currency).format(amount / unit);
}

/** @param {string} currency @param {number} [digits] */
function formatOf(currency, digits) {
  const key = `${currency}${digits}`;
  const options = /** @type {Intl.NumberFormatOptions} */ ({ style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits });
  const found = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, found);
  return found;
}

/** Puts the words of goals into the page's language. @param {ParentNode} root */
export function fillGoals(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-goal]"))) {
    const { goal = "", currency = "" } = element.dataset;
    const words = currency ? formatMoney(Number(goal), currency) : formatNumber(Number(goal));
    setText(element, text("goal_of", { goal: words }));
  }
}

/** @param {Totals} totals Those that are known now. */
export function show(totals) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-total]"))) {
    const { total: key = "" } = element.dataset;
    if (!(key in totals)) continue;
    const currency = key.startsWith("fund.") ? campaign.currencies[key.slice("fund.".length)] : "";
    setText(element, currency ? formatMoney(totals[key], currency) : formatNumber(totals[key]));
  }
  for (const element of /** @type {NodeListOf<HTMLProgressElement>} */ (document.querySelectorAll("[data-progress]"))) {
    const value = totals[element.dataset.progress ?? ""];
    if (value !== undefined) element.value = Math.min(value, element.max);
  }
}
