/**
 * The first screen: what this is, which phrase, and the button that takes a seat.
 */

import { screenOf } from "../../client/js/state/selectors.js";
import { button, make, makeGrid, part, setText } from "./dom.js";
import { later, patiently } from "./later.js";
import { locale, text } from "./strings.js";
import { View } from "./view.js";

/** @import { Finished, Phrase, State } from "../../client/js/types.js" */

const SHOWN = 5;
/** What the picture shows while no phrase is chosen. */
const SAMPLE = { chars: ["加", "油"], locale: "zh-Hans" };

export class HomeView extends View {
  #section = part("home");
  #art = part("home-art");
  #chips = part("chips");
  #join = button("join");
  #relay;
  #strips;
  /** @type {readonly Phrase[]} */
  #phrases = [];
  /** The id of the phrase asked for; empty: any. */
  #chosen = "";
  #from = 0;

  /** @param {import("../../client/js/relay.js").Relay} relay @param {string | null} wanted A phrase's id. */
  constructor(relay, wanted) {
    super();
    this.#relay = relay;
    this.#strips = patiently(later(
      () => import("./works-strip.js"),
      ({ WorksStrip }) => ({ news: new WorksStrip(relay, "finished"), mine: new WorksStrip(relay, "my-works") }),
      "strip",
    ));
    this.#chosen = wanted ?? "";
    this.#join.addEventListener("click", () => {
      relay.dispatch({ t: "user:join", phrase: this.#chosen || undefined });
    });
    this.#chips.addEventListener("change", (event) => {
      this.#chosen = /** @type {HTMLInputElement} */ (event.target).value;
      this.#draw();
    });
    this.#draw();
  }

  /** @param {State} state */
  render(state) {
    const screen = screenOf(state);
    const seen = ["connecting", "idle", "joining"].includes(screen);
    this.#section.hidden = !seen;
    this.#join.disabled = screen !== "idle";
    setText(this.#join, text(screen === "joining" ? "joining" : "join"));
    if (state.phrases !== this.#phrases) this.#offer(state.phrases);
    if (seen) this.#showWorks(state.finished);
  }

  /** @param {readonly Phrase[]} phrases */
  #offer(phrases) {
    const first = this.#phrases.length === 0;
    this.#phrases = phrases;
    // A link may name one that is no more.
    if (phrases.length > 0 && !phrases.some(({ id }) => id === this.#chosen)) this.#chosen = "";
    if (first) this.#from = Math.floor(Math.random() * phrases.length);
    this.#draw();
    this.#fillChips();
  }

  #fillChips() {
    const own = this.#phrases.filter((phrase) => speaks(phrase.locale));
    const pool = own.length > 0 ? own : this.#phrases;
    const chosen = this.#phrases.find(({ id }) => id === this.#chosen);
    const shown = chosen ? [chosen] : [];
    for (let i = 0; i < pool.length && shown.length < SHOWN; i += 1) {
      const phrase = pool[(this.#from + i) % pool.length];
      if (phrase !== chosen) shown.push(phrase);
    }
    const more = make("button", { class: "chip more", text: text("phrase_more"), data: { testid: "more" } });
    more.type = "button";
    more.hidden = pool.length <= SHOWN;
    more.addEventListener("click", () => {
      this.#from = (this.#from + SHOWN) % pool.length;
      this.#fillChips();
      this.#chips.querySelector("button")?.focus();
    });
    this.#chips.replaceChildren(
      this.#chip("", text("phrase_any")),
      ...shown.map(({ id, text: words, locale: lang }) => this.#chip(id, words, lang)),
      more,
    );
  }

  /** @param {string} id @param {string} words @param {string} [lang] */
  #chip(id, words, lang = "") {
    const input = make("input");
    Object.assign(input, { type: "radio", name: "phrase", value: id, checked: id === this.#chosen });
    const label = make("label", { class: "chip", data: { phrase: id } }, input, make("span", { text: words }));
    if (lang) label.lang = lang;
    return label;
  }

  /** The picture: the first character written, the next one waiting for a hand. */
  #draw() {
    const { chars, locale: lang } = this.#phrases.find(({ id }) => id === this.#chosen) ?? SAMPLE;
    if (this.#art.textContent === chars.join("")) return;
    this.#art.lang = lang;
    this.#art.dataset.count = String(chars.length);
    this.#art.replaceChildren(
      ...chars.map((char, i) => {
        const glyph = make("span", { class: i % 2 ? "glyph ghost" : "glyph", text: char });
        return make("div", { class: "cell" }, makeGrid(), glyph);
      }),
    );
  }

  /** @param {Finished[]} finished */
  #showWorks(finished) {
    const { works } = this.#relay;
    if (works.length === 0) return;
    const ids = new Set(finished.map(({ work }) => work));
    this.#strips()
      .then(({ news, mine }) => {
        news.show(works.filter(({ work }) => ids.has(work)));
        mine.show(works.filter(({ work }) => !ids.has(work)));
      })
      .catch(() => {}); // The next change tries again.
  }
}

/** Whether a phrase of this locale suits the page's language: zh-Hans for zh-CN. @param {string} tag */
function speaks(tag) {
  const page = new Intl.Locale(locale).maximize();
  const phrase = new Intl.Locale(tag).maximize();
  return page.language === phrase.language && page.script === phrase.script;
}
