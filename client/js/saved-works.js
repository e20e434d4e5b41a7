/**
 * The finished works of this participant that the device remembers: newest first, each once.
 */

/** @import { SavedWork, State } from "./types.js" */

export const WORKS_KEY = "jielong.works";
/** Older works are forgotten on this device; the service keeps them. */
export const MAX_WORKS = 60;

/** @param {string | null} json As stored. @returns {SavedWork[]} Without entries that cannot be read. */
export function parseWorks(json) {
  try {
    const works = JSON.parse(json ?? "[]");
    return Array.isArray(works) ? works.filter((work) => typeof work?.work === "string") : [];
  } catch {
    return [];
  }
}

/**
 * @param {SavedWork[]} works
 * @param {SavedWork[]} more Newest last.
 * @returns {SavedWork[]} Newest first. A text that is missing in `more` is taken from `works`.
 */
export function addWorks(works, more) {
  let all = works;
  for (const work of more) {
    const known = all.find((other) => other.work === work.work);
    const rest = all.filter((other) => other !== known);
    all = [{ ...work, text: work.text || known?.text || "", at: known?.at ?? work.at }, ...rest];
  }
  return all.slice(0, MAX_WORKS);
}

/**
 * The works that became known between two states.
 * @param {State} before
 * @param {State} after
 * @param {number} at Wall clock, ms.
 * @returns {SavedWork[]} Newest last.
 */
export function newWorks(before, after, at) {
  const finished = after.finished.filter((work) => !before.finished.includes(work));
  const works = finished.map((work) => ({ ...work, text: "", at }));
  const { done } = after;
  if (done && done.work !== before.done?.work)
    works.push({ work: done.work, url: done.url, serial: done.serial, text: done.phrase?.text ?? "", at });
  return works;
}
