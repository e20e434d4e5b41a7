/**
 * The wall at `/wall`, for a big screen that nobody touches: works write themselves in as they are
 * finished, and the counters roll. It asks at a slow, even pace, however busy the service is, and
 * goes on by itself after an outage. `?campaign=` names another campaign.
 */

import { part, setText } from "./dom.js";
import { codeOf } from "./poster-code.js";
import { keepCampaign } from "./links.js";
import { fillTexts } from "./strings.js";
import { RollingNumber } from "./wall-number.js";
import { Stage } from "./wall-stage.js";
import { fetchCampaign, fetchWorks } from "./work-list.js";
import { fillWords, word } from "./work-words.js";

const COUNTERS_MS = 2000;
const WORKS_MS = 4000;
/** An answer brings at most so many; of more works than that the wall shows a sample. */
const SAMPLE = 6;
const LONGEST_PAUSE_MS = 30_000;

const COUNTERS = /** @type {const} */ (["relays", "participants", "online"]);

const campaign = new URLSearchParams(location.search).get("campaign") ?? "default";

/**
 * Does something again and again; less often while it fails.
 * @param {() => Promise<void>} act
 * @param {number} everyMs
 */
async function forever(act, everyMs) {
  for (let failures = 0; ; ) {
    try {
      await act();
      failures = 0;
    } catch {
      failures += 1;
    }
    document.body.dataset.line = failures > 1 ? "lost" : "good";
    setText(part("wall-line"), failures > 1 ? word("wall_offline") : "");
    const pause = Math.min(LONGEST_PAUSE_MS, everyMs * 2 ** failures);
    await new Promise((go) => setTimeout(go, pause));
  }
}

function showCounters() {
  const numbers = COUNTERS.map((name) => new RollingNumber(part(`wall-${name}`)));
  return forever(async () => {
    const { title, counters } = await fetchCampaign(campaign);
    setText(part("campaign-title"), title);
    document.title = `${word("wall")} · ${title}`;
    COUNTERS.forEach((name, i) => numbers[i].show(counters[name]));
  }, COUNTERS_MS);
}

function showWorks() {
  const stage = new Stage(part("wall-sheets"));
  let limit = Math.max(SAMPLE, stage.room);
  return forever(async () => {
    const { works } = await fetchWorks({ campaign, limit });
    limit = SAMPLE;
    stage.offer(works);
    document.body.dataset.state = works.length > 0 ? "shown" : "empty";
  }, WORKS_MS);
}

function showCode() {
  const here = campaign === "default" ? "/" : `/?campaign=${encodeURIComponent(campaign)}`;
  const { side, path } = codeOf(new URL(here, location.href).href);
  const svg = part("wall-code").querySelector("svg");
  svg?.setAttribute("viewBox", `0 0 ${side} ${side}`);
  svg?.querySelector("path")?.setAttribute("d", path);
}

/** The screen stays on, where the system allows it. */
async function stayAwake() {
  if (!("wakeLock" in navigator) || document.hidden) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // Low battery, or not allowed: the wall works all the same.
  }
}

fillTexts(document);
fillWords(document);
keepCampaign(document);
showCode();
showCounters();
showWorks();
stayAwake();
document.addEventListener("visibilitychange", stayAwake);
