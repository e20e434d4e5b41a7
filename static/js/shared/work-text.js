/**
 * The texts of the pages that show finished works, in the page's language. Another language is one
 * more module in `strings/work`.
 */

import { workTexts } from "../strings/work.js";
import { locale } from "./text.js";

/** @typedef {typeof import("../strings/work/zh-CN.js").default} Words */
/** @typedef {keyof Words} Word */

/** @type {Words} */
const words = (await workTexts[locale]()).default;

/**
 * @param {Word} key
 * @param {Record<string, string | number>} [values] Replace `{name}` in the text.
 */
export function word(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** A list in words, as in "第 1 位与第 2 位". @param {string[]} hands */
export function listed(hands) {
  if (hands.length < 2) return hands.join("");
  return hands.slice(0, -1).join(words.comma) + words.and + hands.at(-1);
}

/**
 * Fills every element that names a text: `data-word` its content, `data-word-label` its aria-label.
 * @param {ParentNode} root
 */
export function fillWords(root) {
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-word]")))
    element.textContent = word(/** @type {Word} */ (element.dataset.word));
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-word-label]")))
    element.setAttribute("aria-label", word(/** @type {Word} */ (element.dataset.wordLabel)));
}
