/**
 * The languages that the user writes: the page's, and those ticked in the settings.
 */

import { settings } from "./settings.js";
import { locale } from "./text.js";

/** @typedef {import("./language.js").Language} Language */
/** @typedef {import("../../../client/js/types.js").Phrase} Phrase */

/** The language ranges (RFC 4647) of phrases in each language of the page. @type {Record<Language, string>} */
const RANGES = { "zh-CN": "zh-Hans", "zh-TW": "zh-Hant", en: "en", ja: "ja" };

/** @returns {Language[]} Ticked in the settings. */
export function tickedLanguages() {
  return /** @type {Language[]} */ (settings.get("writes").split(" ").filter((tag) => Object.hasOwn(RANGES, tag)));
}

/** @param {Language} language @param {boolean} ticked */
export function tickLanguage(language, ticked) {
  const others = tickedLanguages().filter((tag) => tag !== language);
  settings.set("writes", (ticked ? [...others, language] : others).join(" "));
}

/**
 * What a `join` says. Undefined, which means any language, if the campaign has no phrase that fits.
 * @param {readonly Phrase[]} phrases The campaign's.
 * @returns {string[] | undefined}
 */
export function writtenLocales(phrases) {
  const own = /** @type {Language} */ (locale);
  const ranges = [...new Set([own, ...tickedLanguages()])].map((language) => RANGES[language]);
  const fits = (/** @type {Phrase} */ phrase) =>
    ranges.some((range) => phrase.locale === range || phrase.locale.startsWith(`${range}-`));
  return phrases.some(fits) ? ranges : undefined;
}
