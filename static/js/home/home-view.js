/**
 * The first screen: what this is, the choice of a phrase, and the button that joins.
 */

import { screenOf } from "../../../client/js/state/selectors.js";
import { closedPhase } from "../shared/document-campaign.js";
import { button, make, part, setData, setText } from "../shared/dom.js";
import { text } from "../shared/text.js";
import { isWritten, writtenLocales } from "../shared/written-languages.js";
import { isHome } from "./is-home.js";

/** @import { Phrase, State } from "../../../client/js/types.js" */

/** A phone has room for fewer phrases beside other ways to take part. */
const SHOWN = document.querySelector(".whole") && matchMedia("(max-width: 53.99rem)").matches ? 1 : 5;

export class HomeView {
  #section = part("home");
  #art;
  #chips = part("chips");
  #join = button("join");
  /** @type {readonly Phrase[]} */
  #phrases = [];
  /** The id of the chosen phrase; empty: any. */
  #chosen = "";
  #first = 0;

  /**
   * @param {import("../../../client/js/relay.js").Relay} relay
   * @param {import("./home-art.js").HomeArt} art
   * @param {string | null} wanted A phrase's id.
   */
  constructor(relay, art, wanted) {
    this.#art = art;
    this.#chosen = wanted ?? "";
    this.#join.addEventListener("click", () => {
      const locales = writtenLocales(relay.state.phrases);
      relay.dispatch({ t: "user:join", phrase: this.#chosen || undefined, locales });
    });
    this.#chips.addEventListener("change", (event) => {
      this.#chosen = /** @type {HTMLInputElement} */ (event.target).value;
      this.#draw();
    });
  }

  /** @param {State} state */
  render(state) {
    const screen = screenOf(state);
    this.#section.hidden = !isHome(state);
    if (state.campaign?.id) setData(document.documentElement, { phase: state.campaign.open ? "open" : closedPhase() });
    this.#join.disabled = screen !== "idle";
    setText(this.#join, text(screen === "joining" ? "joining" : "join"));
    if (state.phrases !== this.#phrases) this.#offer(state.phrases);
  }

  /** @param {readonly Phrase[]} phrases */
  #offer(phrases) {
    const isFirst = this.#phrases.length === 0;
    this.#phrases = phrases;
    // A link may name a phrase that does not exist any more.
    if (phrases.length > 0 && !phrases.some(({ id }) => id === this.#chosen)) this.#chosen = "";
    if (isFirst) this.#first = Math.floor(Math.random() * phrases.length);
    this.#draw();
    this.#fillChips();
  }

  #fillChips() {
    const own = this.#phrases.filter(isWritten);
    const pool = own.length > 0 ? own : this.#phrases;
    const chosen = this.#phrases.find(({ id }) => id === this.#chosen);
    const shown = chosen ? [chosen] : [];
    for (let i = 0; i < pool.length && shown.length < SHOWN; i += 1) {
      const phrase = pool[(this.#first + i) % pool.length];
      if (phrase !== chosen) shown.push(phrase);
    }
    const more = make("button", { class: "chip more", text: text("phrase_more"), data: { testid: "more" } });
    more.type = "button";
    more.hidden = pool.length <= SHOWN;
    more.addEventListener("click", () => {
      this.#first = (this.#first + SHOWN) % pool.length;
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

  #draw() {
    this.#art.show(this.#phrases.find(({ id }) => id === this.#chosen));
  }
}
