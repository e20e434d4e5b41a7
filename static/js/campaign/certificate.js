/**
 * The page of a certificate: it can be shared and printed.
 */

import { part } from "../shared/dom.js";
import { offerToShare } from "../shared/share.js";

offerToShare(() => ({ url: location.origin + location.pathname, words: part("certificate-text").textContent ?? "" }));
