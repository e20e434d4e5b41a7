/**
 * The page's other words: those that nobody needs before the first stroke. A module that needs them
 * imports this one and then looks up every word with `text`.
 */

import { addTexts, fillTexts, locale } from "./strings.js";

addTexts((await import(`./later-strings/${locale}.js`)).default);
fillTexts(document);
