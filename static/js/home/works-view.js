/**
 * The participant's finished works on the first screen: those finished in their absence, and all
 * that this device remembers. It also remembers the works that the state tells.
 */

import { SavedWorks } from "../../../client/js/saved-works.js";
import { isHome } from "./is-home.js";
import { WorksStrip } from "./works-strip.js";

/** @import { Done, Finished, SavedWork, State, Storage } from "../../../client/js/types.js" */

export class WorksView {
  #saved;
  #news;
  #mine;

  /** @param {Storage} storage */
  constructor(storage) {
    this.#saved = new SavedWorks(storage);
    /** @param {SavedWork} work */
    const update = (work) => this.#saved.add([work]);
    this.#news = new WorksStrip("finished", update);
    this.#mine = new WorksStrip("my-works", update);
  }

  /** @param {State} state */
  render(state) {
    this.#save(state);
    if (!isHome(state)) return;
    const news = new Set(state.finished.map(({ work }) => work));
    const works = this.#saved.all;
    this.#news.show(works.filter(({ work }) => news.has(work)));
    this.#mine.show(works.filter(({ work }) => !news.has(work)));
  }

  /** @param {State} state */
  #save({ finished, done }) {
    const known = new Set(this.#saved.all.map(({ work }) => work));
    /** @type {(Finished | Done)[]} */
    const works = done ? [...finished, done] : finished;
    const added = works.filter(({ work }) => !known.has(work)).map((work) => ({
      work: work.work,
      url: work.url,
      serial: work.serial,
      text: "phrase" in work ? (work.phrase?.text ?? "") : "",
      at: Date.now(),
    }));
    if (added.length > 0) this.#saved.add(added);
  }
}
