/**
 * The wall at `/wall`, for a big screen: replays new works and shows the counters. It polls at a
 * constant rate and recovers by itself after an outage. `?campaign=` names another campaign.
 */

import { BASE_PATH } from "../shared/base-path.js";
import { fetchTotals, fetchWorks } from "../shared/campaign-api.js";
import { part, setText } from "../shared/dom.js";
import { keepCampaign } from "../shared/links.js";
import { qrCodeOf } from "../shared/qr-code.js";
import { fillTexts } from "../shared/text.js";
import { useTheme } from "../shared/theme.js";
import { fillWords, word } from "../shared/work-text.js";
import { RollingNumber } from "./rolling-number.js";
import { Stage } from "./stage.js";

const COUNTERS_MS = 2000;
const WORKS_MS = 4000;
/** The works in one answer. When more are finished between two polls, the wall skips some. */
const WORKS_PER_POLL = 6;
const MAX_PAUSE_MS = 30_000;

const COUNTERS = /** @type {const} */ (["relays", "participants", "online"]);

const campaign = new URLSearchParams(location.search).get("campaign") ?? "default";

/**
 * Polls without end, less often while it fails.
 * @param {() => Promise<void>} act
 * @param {number} everyMs
 */
async function poll(act, everyMs) {
  for (let failures = 0; ; ) {
    try {
      await act();
      failures = 0;
    } catch {
      failures += 1;
    }
    document.body.dataset.connection = failures > 1 ? "lost" : "good";
    setText(part("wall-line"), failures > 1 ? word("wall_offline") : "");
    const pause = Math.min(MAX_PAUSE_MS, everyMs * 2 ** failures);
    await new Promise((go) => setTimeout(go, pause));
  }
}

function showCounters() {
  const numbers = COUNTERS.map((name) => new RollingNumber(part(`wall-${name}`)));
  return poll(async () => {
    const { title, counters } = await fetchTotals(campaign);
    useTheme(campaign);
    setText(part("campaign-title"), title);
    document.title = `${word("wall")} · ${title}`;
    COUNTERS.forEach((name, i) => numbers[i].show(counters[name]));
  }, COUNTERS_MS);
}

function showWorks() {
  const stage = new Stage(part("wall-sheets"));
  let limit = Math.max(WORKS_PER_POLL, stage.size);
  return poll(async () => {
    const { works } = await fetchWorks({ campaign, limit });
    limit = WORKS_PER_POLL;
    stage.add(works);
    document.body.dataset.state = works.length > 0 ? "shown" : "empty";
  }, WORKS_MS);
}

function showCode() {
  const here = campaign === "default" ? `${BASE_PATH}/` : `${BASE_PATH}/c/${encodeURIComponent(campaign)}`;
  const { side, path } = qrCodeOf(new URL(here, location.href).href);
  const svg = part("wall-code").querySelector("svg");
  svg?.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg?.querySelector("path")?.setAttribute("d", path);
}

/** Keeps the screen on, where the system allows it. */
async function keepScreenOn() {
  if (!("wakeLock" in navigator) || document.hidden) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // Low battery or not allowed; the wall works without it.
  }
}

fillTexts(document);
fillWords(document);
keepCampaign(document);
showCode();
showCounters();
showWorks();
keepScreenOn();
document.addEventListener("visibilitychange", keepScreenOn);
