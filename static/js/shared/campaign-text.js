/**
 * The texts of a campaign's page. A module that needs them imports this one, and then finds them
 * with `text`.
 */

import { campaignTexts } from "../strings/campaign.js";
import { addTexts, fillTexts, locale } from "./text.js";

addTexts(campaignTexts[locale]);
fillTexts(document);
