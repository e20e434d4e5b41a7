/**
 * The language of the page: of the settings, or else the first of the browser's that it has.
 * Chinese is chosen by its script: Hong Kong reads traditional characters.
 */

import { settings } from "./settings.js";

/** The languages of the page in their own names. The keys name the modules in `strings/`. */
export const LANGUAGES = /** @type {const} */ ({
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文",
  en: "English",
  ja: "日本語",
});

/** @typedef {keyof typeof LANGUAGES} Language */

/** @param {string} tag @returns {Language | null} */
function languageFor(tag) {
  if (Object.hasOwn(LANGUAGES, tag)) return /** @type {Language} */ (tag);
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    if (language === "zh" || language === "yue") return script === "Hant" ? "zh-TW" : "zh-CN";
    return language === "en" || language === "ja" ? language : null;
  } catch {
    return null;
  }
}

/** @returns {Language} */
export function chosenLanguage() {
  const asked = new URLSearchParams(location.search).get("locale"); // By a site that embeds the page.
  for (const tag of [settings.get("language"), asked, ...navigator.languages]) {
    const language = tag ? languageFor(tag) : null;
    if (language) return language;
  }
  return "en";
}
