/**
 * The writing direction of a phrase. Everything that shows its characters side by side uses it.
 */

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours; the surrogates begin those above U+FFFF. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\ud802\ud803\ud83a\ud83b]/;

/** @param {{text: string}} phrase @returns {"ltr" | "rtl"} */
export function directionOf({ text }) {
  return RIGHT_TO_LEFT.test(text) ? "rtl" : "ltr";
}
