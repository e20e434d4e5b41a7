/**
 * One work in the gallery. Its picture exists only while it is near the screen, so that a long
 * gallery costs no more than a short one.
 */

import { make } from "../shared/dom.js";
import { formatDate, formatNumber } from "../shared/text.js";
import { listed, word } from "../shared/work-text.js";
import { drawnPicture } from "../work/picture.js";

/** @typedef {import("../shared/work-api.js").Work} Work */

/** The margin around the screen within which pictures are drawn. */
const NEAR = "60% 0px";

/** @type {WeakMap<Element, {frame: HTMLElement, work: Work}>} */
const cards = new WeakMap();

const observer = new IntersectionObserver(
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
  observer.observe(item);
  return item;
}

/** Stops observing cards that are removed from the page. @param {Iterable<Element>} items */
export function forget(items) {
  for (const item of items) observer.unobserve(item);
}
