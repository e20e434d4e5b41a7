/**
 * The picture on the first screen: the chosen phrase, with the characters of seat 0 in ink and those
 * of seat 1 as guides. Without a choice it is what the document has, or the newest works.
 */

import { directionOf } from "../../../client/js/direction.js";
import { make, makeGrid, part } from "../shared/dom.js";

/** @import { Phrase } from "../../../client/js/types.js" */

export class HomeArt {
  #art = part("home-art");
  #sample = [...this.#art.children];
  #sampleLook = { lang: this.#art.lang, dir: this.#art.dir, count: this.#art.dataset.count ?? "2" };
  /** Whether a phrase is chosen. */
  isChosen = false;

  /** @param {Phrase | undefined} phrase The chosen one. */
  show(phrase) {
    const was = this.isChosen;
    this.isChosen = phrase !== undefined;
    if (phrase) this.fill(phrase, phrase.chars.map((char, i) => make("span", { class: i % 2 ? "glyph guide" : "glyph", text: char })));
    else if (was) this.#put(this.#sampleLook, this.#sample);
  }

  /** One cell for each character, with something in it. @param {Phrase} phrase @param {Element[]} contents */
  fill(phrase, contents) {
    const look = { lang: phrase.locale, dir: directionOf(phrase), count: String(contents.length) };
    this.#put(look, contents.map((content) => make("div", { class: "cell" }, makeGrid(), content)));
  }

  /** @param {string} work The id of the work that is shown in the cells. */
  mark(work) {
    this.#art.dataset.work = work;
  }

  /** @param {{lang: string, dir: string, count: string}} look @param {Element[]} cells */
  #put({ lang, dir, count }, cells) {
    Object.assign(this.#art, { lang, dir });
    this.#art.dataset.count = count;
    delete this.#art.dataset.work;
    this.#art.replaceChildren(...cells);
  }
}
