/**
 * The texts in `lazy/`, by language: each is loaded when it is asked for.
 */

export const lazyTexts = {
  en: () => import("./lazy/en.js"),
  ja: () => import("./lazy/ja.js"),
  "zh-CN": () => import("./lazy/zh-CN.js"),
  "zh-TW": () => import("./lazy/zh-TW.js"),
};
