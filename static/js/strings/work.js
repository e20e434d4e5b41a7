/**
 * The texts in `work/`, by language: each is loaded when it is asked for.
 */

export const workTexts = {
  en: () => import("./work/en.js"),
  ja: () => import("./work/ja.js"),
  "zh-CN": () => import("./work/zh-CN.js"),
  "zh-TW": () => import("./work/zh-TW.js"),
};
