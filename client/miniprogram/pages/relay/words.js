/**
 * The texts of the page: those of the web page in simplified Chinese, with a few changes.
 */

import first from "../../jielong/static/js/strings/first/zh-CN.js";
import lazy from "../../jielong/static/js/strings/lazy/zh-CN.js";

const OWN = {
  poster_failed: "海报没有做成，请再试一次。",
  share_work: "我和一位素不相识的人，合写了「{text}」",
  share_room: "我写了一个字，等你来接：「{text}」",
  leave_stay: "再写一会", // WeChat's dialogs refuse a button of more than four characters.
  counters_line: "{relays} 幅作品　{participants} 人次落笔",
};

/** @type {Record<string, string>} */
const STRINGS = { ...first, ...lazy, ...OWN };

/** @param {string} key @param {Record<string, string | number>} [values] Replace `{name}`. */
export function text(key, values = {}) {
  return STRINGS[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Whether there is a text of this key; for keys that are made of codes. @param {string} key */
export function hasText(key) {
  return Object.hasOwn(STRINGS, key);
}
