/**
 * One work in the gallery. Its picture is drawn when it comes near the screen and let go when it
 * is far away, so that a long gallery costs no more than a short one.
 */

import { make } from "./dom.js";
import { formatDate, formatNumber } from "./strings.js";
import { drawnPicture } from "./work-picture.js";
import { listed, word } from "./work-words.js";

/** @typedef {import("./works-api.js").Work} Work */

/** How far beyond the screen pictures are drawn already. */
const NEAR = "60% 0px";

/** @type {WeakMap<Element, {frame: HTMLElement, work: Work}>} */
const cards = new WeakMap();

const watcher = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const card = cards.get(target);
      if (!card) continue;
      if (!isIntersecting) card.frame.replaceChildren();
      else if (!card.frame.firstChild) card.frame.append(drawnPicture(card.work));
    }
  },
  { rootMargin: NEAR },
);

/** @param {Work} work @returns {HTMLLIElement} */
export function makeCard(work) {
  const hands = listed(work.hands.map(({ serial }) => word("hand", { n: formatNumber(serial) })));
  const frame = make("span", { class: "card-picture" });
  const title = make("span", { class: "card-title", text: work.phrase.text });
  title.lang = work.phrase.locale;
  const date = make("time", { class: "card-date", text: formatDate(new Date(work.completed_at)) });
  date.dateTime = work.completed_at;
  const link = make("a", { class: "card", data: { testid: "card", work: work.id } }, frame, title, make("span", { class: "card-hands", text: hands }), date);
  link.href = `/w/${work.id}`;
  const item = make("li", {}, link);
  cards.set(item, { frame, work });
  watcher.observe(item);
  return item;
}

/** These cards are gone from the page. @param {Iterable<Element>} items */
export function forget(items) {
  for (const item of items) watcher.unobserve(item);
}
