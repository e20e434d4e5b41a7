/**
 * Loads the texts that are not needed before the first stroke. A module that needs them imports
 * this one, and then finds them with `text`.
 */

import { lazyTexts } from "../strings/lazy.js";
import { addTexts, fillTexts, locale } from "./text.js";

addTexts((await lazyTexts[locale]()).default);
fillTexts(document);
