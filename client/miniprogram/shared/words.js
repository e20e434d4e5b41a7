/**
 * The texts of the page: those of the web page in simplified Chinese, with a few changes.
 */

import first from "../jielong/static/js/strings/first/zh-CN.js";
import lazy from "../jielong/static/js/strings/lazy/zh-CN.js";

const OWN = {
  poster_failed: "海报没有做成，请再试一次。",
  share_work: "我和一位素不相识的人，合写了「{text}」",
  share_room: "我写了一个字，等你来接：「{text}」",
  leave_stay: "再写一会", // WeChat's dialogs refuse a button of more than four characters.
  poster_saved: "海报已存入相册。",
  poster_refused: "没有相册的权限，海报没有存下。",
  again_later: "没有办成，请稍后再试。",
  slow_down: "慢一点，请稍后再试。",
  loading: "正在取来…",
  unreachable: "现在连不上，下拉再试一次。",
  share_campaign: "来一起写，一起承诺",
  share_pledge: "我承诺：{text}",
  pledge_count: "已有 {n} 人承诺",
  pledge_number: "你是第 {n} 位承诺的人",
  fund_raised: "已筹 {amount}，{n} 笔",
  fund_goal: "目标 {amount}",
  give: "去捐赠",
  give_title: "捐赠在主办方的页面完成",
  give_text: "链接已经复制，请在浏览器里打开。本小程序不经手任何款项。",
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
