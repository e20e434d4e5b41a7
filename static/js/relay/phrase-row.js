/**
 * The characters of the phrase in a row: committed ones as ink, the current one marked, the others
 * as pale glyphs.
 */

import { directionOf } from "../../../client/js/direction.js";
import { make, part, setData, setText } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";
import { locale, text } from "../shared/text.js";

/** @import { Phrase, Room, State } from "../../../client/js/types.js" */

export class PhraseRow {
  #list = part("phrase-row");
  #phrase = "";
  /** @type {{item: HTMLElement, label: HTMLElement, ink: InkCanvas}[]} */
  #chars = [];

  /** @param {State} state */
  render({ room }) {
    if (!room) return;
    if (room.phrase.text !== this.#phrase) this.#build(room.phrase);
    this.#chars.forEach((char, c) => this.#show(room, c, char));
  }

  /** @param {Phrase} phrase */
  #build(phrase) {
    this.#phrase = phrase.text;
    this.#chars = phrase.chars.map((char) => {
      const canvas = make("canvas", { class: "ink" });
      const label = make("span", { class: "unseen" });
      label.lang = locale;
      const glyph = make("span", { class: "glyph guide", text: char });
      glyph.setAttribute("aria-hidden", "true");
      const item = make("li", { class: "cell", data: { testid: "char" } }, glyph, canvas, label);
      return { item, label, ink: new InkCanvas(canvas) };
    });
    this.#list.lang = phrase.locale;
    this.#list.dir = directionOf(phrase);
    this.#list.dataset.count = String(phrase.chars.length);
    this.#list.replaceChildren(...this.#chars.map(({ item }) => item));
  }

  /** @param {Room} room @param {number} c @param {{item: HTMLElement, label: HTMLElement, ink: InkCanvas}} parts */
  #show(room, c, { item, label, ink }) {
    const strokes = room.committed[c];
    const state = strokes ? "done" : c === room.turn.c ? "now" : "later";
    const hand = c % 2 === room.seat ? "mine" : "theirs";
    setData(item, { state, hand });
    const who = text(hand === "mine" ? "you" : "partner");
    setText(label, text(`char_${state}`, { char: room.phrase.chars[c], who }));
    if (state === "now") item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    ink.draw(strokes ?? []);
  }
}
