/**
 * Loads the texts that are not needed before the first stroke. A module that needs them imports
 * this one, and then finds them with `text`.
 */

import { addTexts, fillTexts, locale } from "./text.js";

addTexts((await import(`../strings/lazy/${locale}.js`)).default);
fillTexts(document);
