/**
 * The texts in `campaign/`, by language: together they are smaller than one more request.
 */

import en from "./campaign/en.js";
import ja from "./campaign/ja.js";
import zhCN from "./campaign/zh-CN.js";
import zhTW from "./campaign/zh-TW.js";

export const campaignTexts = { en, ja, "zh-CN": zhCN, "zh-TW": zhTW };
