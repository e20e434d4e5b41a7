/**
 * The gallery at `/gallery`: every finished work, newest first, or those of one phrase. What is
 * looked at stands in the address (`?campaign=`, `?phrase=`), so that it can be passed on.
 */

import { button, make, part, setText } from "./dom.js";
import { forget, makeCard } from "./gallery-card.js";
import { keepCampaign } from "./links.js";
import { fillTexts, locale } from "./strings.js";
import { fetchCampaign, fetchWorks } from "./work-list.js";
import { fillWords, word } from "./work-words.js";

const PAGE = 12;

class Gallery {
  #list = part("gallery-list");
  #status = part("gallery-status");
  #more = button("gallery-more");
  #phrases = /** @type {HTMLSelectElement} */ (part("gallery-phrase"));
  #query = new URLSearchParams(location.search);
  /** Counts the questions, so that a late answer to an old one is not heard. */
  #asked = 0;
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
    this.#offerPhrases().catch(() => {}); // without them there is still everything to see
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
    this.#asked += 1;
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
    this.#tell("loading");
    const asked = this.#asked;
    try {
      const page = await fetchWorks({ campaign: this.#campaign, phrase: this.#phrase, cursor: this.#next, limit: PAGE });
      if (asked !== this.#asked) return;
      this.#next = page.next;
      this.#add(page.works);
      this.#tell(this.#list.childElementCount === 0 ? "empty" : page.next ? "more" : "end");
    } catch {
      if (asked !== this.#asked) return;
      this.#failed = true;
      this.#tell("failed");
    }
    this.#loading = false;
    this.#goOn();
  }

  /** @param {import("./works-api.js").Work[]} works */
  #add(works) {
    const fromButton = document.activeElement === this.#more;
    const items = works.map(makeCard);
    this.#list.append(...items);
    if (fromButton) items[0]?.querySelector("a")?.focus();
  }

  /** A screen taller than a page of works wants the next one at once. */
  #goOn() {
    if (this.#failed || !this.#next) return;
    if (this.#status.getBoundingClientRect().top < innerHeight * 1.8) this.#loadMore();
  }

  /** @param {"loading" | "empty" | "more" | "end" | "failed"} what */
  #tell(what) {
    document.body.dataset.state = what;
    setText(this.#status, what === "more" ? "" : word(`gallery_${what}`));
    this.#more.hidden = what !== "more" && what !== "failed";
    setText(this.#more, word(what === "failed" ? "gallery_retry" : "gallery_more"));
  }
}

fillTexts(document);
fillWords(document);
keepCampaign(document);
part("gallery-phrase").prepend(make("option", { text: word("gallery_all") }));
/** @type {HTMLOptionElement} */ (part("gallery-phrase").firstElementChild).value = "";
new Gallery();
