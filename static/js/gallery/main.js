/**
 * The gallery at `/gallery`: all finished works, newest first, or those of one phrase. The address
 * holds the choice (`?campaign=`, `?phrase=`), so that it can be shared.
 */

import { fetchCampaign, fetchWorks } from "../shared/campaign-api.js";
import { button, make, part, setText } from "../shared/dom.js";
import { keepCampaign } from "../shared/links.js";
import { fillTexts, locale } from "../shared/text.js";
import { useTheme } from "../shared/theme.js";
import { fillWords, word } from "../shared/work-text.js";
import { forget, makeCard } from "./card.js";

const PAGE = 12;

class Gallery {
  #list = part("gallery-list");
  #status = part("gallery-status");
  #more = button("gallery-more");
  #phrases = /** @type {HTMLSelectElement} */ (part("gallery-phrase"));
  #query = new URLSearchParams(location.search);
  /** Counts the restarts, so that a late answer to an old request is ignored. */
  #requests = 0;
  #loading = false;
  /** @type {string | null} */
  #next = "";
  #failed = false;

  constructor() {
    this.#more.addEventListener("click", () => this.#loadMore());
    this.#phrases.addEventListener("change", () => this.#choose(this.#phrases.value));
    addEventListener("popstate", () => {
      this.#query = new URLSearchParams(location.search);
      this.#phrases.value = this.#phrase;
      this.#restart();
    });
    const nearEnd = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && !this.#failed && this.#loadMore(),
      { rootMargin: "80% 0px" },
    );
    nearEnd.observe(this.#status);
    this.#offerPhrases().catch(() => {}); // The gallery works without the choice.
    this.#restart();
  }

  get #campaign() {
    return this.#query.get("campaign") ?? "default";
  }

  get #phrase() {
    return this.#query.get("phrase") ?? "";
  }

  async #offerPhrases() {
    const { title, phrases } = await fetchCampaign(this.#campaign);
    useTheme(this.#campaign);
    setText(part("campaign-title"), title);
    document.title = `${word("gallery")} · ${title}`;
    const language = locale.split("-")[0];
    const own = phrases.filter((phrase) => phrase.locale.split("-")[0] === language);
    const others = phrases.filter((phrase) => !own.includes(phrase));
    for (const { id, text } of [...own, ...others]) this.#phrases.append(new Option(text, id));
    this.#phrases.value = this.#phrase;
  }

  /** @param {string} phrase */
  #choose(phrase) {
    if (phrase) this.#query.set("phrase", phrase);
    else this.#query.delete("phrase");
    const query = this.#query.toString();
    history.pushState(null, "", query ? `?${query}` : location.pathname);
    this.#restart();
  }

  #restart() {
    this.#requests += 1;
    this.#loading = false;
    this.#next = "";
    forget(this.#list.children);
    this.#list.replaceChildren();
    this.#loadMore();
  }

  async #loadMore() {
    if (this.#loading || this.#next === null) return;
    this.#loading = true;
    this.#failed = false;
    this.#setState("loading");
    const request = this.#requests;
    try {
      const page = await fetchWorks({ campaign: this.#campaign, phrase: this.#phrase, cursor: this.#next, limit: PAGE });
      if (request !== this.#requests) return;
      this.#next = page.next;
      this.#add(page.works);
      this.#setState(this.#list.childElementCount === 0 ? "empty" : page.next ? "more" : "end");
    } catch {
      if (request !== this.#requests) return;
      this.#failed = true;
      this.#setState("failed");
    }
    this.#loading = false;
    this.#fillScreen();
  }

  /** @param {import("../shared/work-api.js").Work[]} works */
  #add(works) {
    const fromButton = document.activeElement === this.#more;
    const items = works.map(makeCard);
    this.#list.append(...items);
    if (fromButton) items[0]?.querySelector("a")?.focus();
  }

  /** Loads the next page of works at once when the screen is taller than this one. */
  #fillScreen() {
    if (this.#failed || !this.#next) return;
    if (this.#status.getBoundingClientRect().top < innerHeight * 1.8) this.#loadMore();
  }

  /** @param {"loading" | "empty" | "more" | "end" | "failed"} state */
  #setState(state) {
    document.body.dataset.state = state;
    setText(this.#status, state === "more" ? "" : word(`gallery_${state}`));
    this.#more.hidden = state !== "more" && state !== "failed";
    setText(this.#more, word(state === "failed" ? "gallery_retry" : "gallery_more"));
  }
}

fillTexts(document);
fillWords(document);
keepCampaign(document);
part("gallery-phrase").prepend(make("option", { text: word("gallery_all") }));
/** @type {HTMLOptionElement} */ (part("gallery-phrase").firstElementChild).value = "";
new Gallery();
