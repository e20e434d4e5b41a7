/**
 * The languages that the user writes: the page's, and those ticked in the settings.
 */

import { settings } from "./settings.js";
import { locale } from "./text.js";

/** @import { Phrase } from "../../../client/js/types.js" */

/** Language ranges (RFC 4647) that differ from the page's tag. */
const RANGES = /** @type {Record<string, string>} */ ({ "zh-CN": "zh-Hans", "zh-TW": "zh-Hant" });

const ranges = () => [locale, ...settings.get("writes").split(" ")].filter(Boolean).map((tag) => RANGES[tag] ?? tag);

/** @param {Phrase} phrase */
export const isWritten = (phrase) => ranges().some((range) => `${phrase.locale}-`.startsWith(`${range}-`));

/** For `join`; undefined, any language, if none of these phrases fits. @param {readonly Phrase[]} phrases */
export const writtenLocales = (phrases) => (phrases.some(isWritten) ? [...new Set(ranges())] : undefined);
