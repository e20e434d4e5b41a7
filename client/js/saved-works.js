/**
 * The finished works of this participant that the device remembers: newest first, each once.
 */

/** @import { SavedWork, Storage } from "./types.js" */

export const WORKS_KEY = "jielong.works";
/** Older works are forgotten on this device; the service keeps them. */
const MAX_WORKS = 60;

export class SavedWorks {
  #storage;
  /** @type {SavedWork[]} Those of this page, also when the storage is blocked or full. */
  #added = [];

  /** @param {Storage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** Newest first. */
  get all() {
    return addWorks(parseWorks(this.#storage.get(WORKS_KEY)), this.#added);
  }

  /** @param {SavedWork[]} works Newest last. */
  add(works) {
    this.#added = addWorks([], [...this.#added, ...works]).reverse();
    this.#storage.set(WORKS_KEY, JSON.stringify(this.all));
  }
}

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
