/**
 * The page's texts, in the language that is loaded. Every language has the same keys.
 */

import en from "../strings/first/en.js";
import ja from "../strings/first/ja.js";
import zhCN from "../strings/first/zh-CN.js";
import zhTW from "../strings/first/zh-TW.js";
import { chosenLanguage } from "./language.js";

/** @typedef {keyof typeof import("../strings/first/zh-CN.js")["default"]} FirstKey */
/** @typedef {keyof typeof import("../strings/lazy/zh-CN.js")["default"]} LazyKey */
/** @typedef {keyof typeof import("../strings/campaign/zh-CN.js")["default"]} CampaignKey */
/** @typedef {FirstKey | LazyKey | CampaignKey} Key */

/**
 * The first texts of all languages come with the page's script: together they are smaller than one
 * more request.
 */
const FIRST = { en, ja, "zh-CN": zhCN, "zh-TW": zhTW };

/** @type {Record<string, string>} */
const strings = { ...FIRST[chosenLanguage()] };

export const locale = chosenLanguage();
document.documentElement.lang = locale;

/**
 * @param {Key} key
 * @param {Record<string, string | number>} [values] Replace `{name}` in the text.
 */
export function text(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {Record<string, string>} more */
export function addTexts(more) {
  Object.assign(strings, more);
}

/** Whether there is a text of this key. @param {string} key @returns {key is Key} */
export function hasText(key) {
  return Object.hasOwn(strings, key);
}

const numbers = new Intl.NumberFormat(locale);
/** Made when it is first needed: it takes longer than all that the first screen does with texts. @type {Intl.DateTimeFormat | undefined} */
let dates;

/** @param {number} value */
export function formatNumber(value) {
  return numbers.format(value);
}

/** @param {Date} date */
export function formatDate(date) {
  dates ??= new Intl.DateTimeFormat(locale, { dateStyle: "long" });
  return dates.format(date);
}

/**
 * Fills every element that names a text: `data-text` its content, `data-label` its aria-label.
 * Skips texts that are not loaded yet.
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-text], [data-label]"))) {
    const { text: key = "", label: labelKey = "" } = element.dataset;
    if (hasText(key)) element.textContent = text(key);
    if (!hasText(labelKey)) continue;
    const label = text(labelKey);
    element.setAttribute("aria-label", label);
    if (element instanceof HTMLButtonElement) element.title = label;
  }
}
