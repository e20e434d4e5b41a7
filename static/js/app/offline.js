/**
 * The page that the service worker shows when there is no network.
 */

import "../shared/lazy-text.js";
import { fillTexts } from "../shared/text.js";

fillTexts(document);
