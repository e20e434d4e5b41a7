/**
 * The page of one finished work, at `/w/{id}`, with its replay. With `#poster` in the address its
 * poster is open.
 */

import { button, part, setText } from "../shared/dom.js";
import { fillTexts, formatDate, formatNumber, text } from "../shared/text.js";
import { fetchWork, keyOf } from "../shared/work-api.js";
import { fillWords, listed, word } from "../shared/work-text.js";
import { ReplayPlayer } from "./replay-player.js";
import { showWork } from "./sheet.js";

/** The animation of the sheet ends before the replay begins. */
const UNROLL_MS = 900;

const title = part("work-title");

/** @param {import("../shared/work-api.js").Work} work */
function show(work) {
  /** @param {number} hand */
  const serial = (hand) => word("hand", { n: formatNumber(work.hands[hand].serial) });
  setText(title, work.phrase.text);
  document.title = `${work.phrase.text} · ${text("product")}`;
  title.lang = work.phrase.locale;
  const list = part("work");
  const inks = showWork(list, work.phrase, work.chars.map(({ char, strokes, hand }) => ({ char, strokes, label: serial(hand) })));
  setText(part("work-hands"), listed(work.hands.map((_, hand) => serial(hand))));
  setText(part("work-date"), word("finished_on", { date: formatDate(new Date(work.completed_at)) }));
  const cells = [.../** @type {HTMLCollectionOf<HTMLElement>} */ (list.children)];
  const player = new ReplayPlayer(work.chars.map(({ strokes }) => strokes), inks, cells);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches && location.hash !== "#poster")
    setTimeout(() => player.play(), UNROLL_MS);
  tellReview(work.review);
  offerPoster(work);
}

/** @param {import("../shared/work-api.js").Work["review"]} review */
function tellReview(review) {
  if (review === "public") return;
  const notice = part("work-review");
  setText(notice, word(`review_${review}`));
  notice.hidden = false;
}

/** @param {import("../shared/work-api.js").Work} work */
function offerPoster(work) {
  const opener = button("poster-open");
  const open = async () => {
    const { openPoster } = await import("../poster/poster.js");
    await openPoster(work, keyOf(location.href));
  };
  opener.addEventListener("click", open);
  const followHash = () => location.hash === "#poster" && open();
  addEventListener("hashchange", followHash);
  followHash();
}

async function load() {
  const id = location.pathname.split("/").filter(Boolean).at(-1) ?? "";
  try {
    const work = await fetchWork(decodeURIComponent(id), keyOf(location.href));
    if (work) show(work);
    else setText(title, word("work_missing"));
    document.body.dataset.state = work ? "shown" : "missing";
  } catch {
    setText(title, word("work_failed"));
    document.body.dataset.state = "failed";
  }
}

fillTexts(document);
fillWords(document);
if (document.body.dataset.state === "loading") await load();
