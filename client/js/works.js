/**
 * The works a participant had a hand in, as this device remembers them: newest first, each once.
 */

/** @import { KeptWork } from "./types.js" */

export const WORKS_KEY = "jielong.works";
/** The oldest beyond this are forgotten here; the works themselves stay. */
export const MOST_WORKS = 60;

/** @param {string | null} kept @returns {KeptWork[]} Whatever cannot be read is left out. */
export function readWorks(kept) {
  try {
    const works = JSON.parse(kept ?? "[]");
    return Array.isArray(works) ? works.filter((work) => typeof work?.work === "string") : [];
  } catch {
    return [];
  }
}

/**
 * @param {KeptWork[]} works
 * @param {KeptWork[]} more Newest last.
 * @returns {KeptWork[]} Newest first. What was known of a work and is not known now is kept.
 */
export function addWorks(works, more) {
  let all = works;
  for (const work of more) {
    const known = all.find((other) => other.work === work.work);
    const rest = all.filter((other) => other !== known);
    all = [{ ...work, text: work.text || known?.text || "", at: known?.at ?? work.at }, ...rest];
  }
  return all.slice(0, MOST_WORKS);
}

/**
 * What an event adds to them.
 * @param {import("./types.js").State} before
 * @param {import("./types.js").State} after
 * @param {number} at Wall clock, ms.
 * @returns {KeptWork[]} Newest last.
 */
export function worksGained(before, after, at) {
  const finished = after.finished.filter((work) => !before.finished.includes(work));
  const gained = finished.map((work) => ({ ...work, text: "", at }));
  const { done } = after;
  if (done && done.work !== before.done?.work)
    gained.push({ work: done.work, url: done.url, serial: done.serial, text: done.phrase?.text ?? "", at });
  return gained;
}
