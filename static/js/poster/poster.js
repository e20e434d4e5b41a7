/**
 * The poster of a finished work, in a dialog that shows, saves and shares it.
 */

import { BASE_PATH } from "../shared/base-path.js";
import { make, setText } from "../shared/dom.js";
import { addStyles } from "../shared/lazy.js";
import { qrCodeOf } from "../shared/qr-code.js";
import { formatDate, formatNumber } from "../shared/text.js";
import { fetchWork } from "../shared/work-api.js";
import { listed, word } from "../shared/work-text.js";
import { drawPoster } from "./drawing.js";
import { animationFile, dataUrl, pngFile, save, svgFile } from "./files.js";
import { filmWays } from "./film-ways.js";

/** @typedef {import("../shared/work-api.js").Work} Work */
/** @typedef {(how: "link" | "poster") => void} OnShared Called when the work was shared, or its poster saved. */

/**
 * Shows the poster in a dialog above the page.
 * @param {Work | string} work A work, or the id of one.
 * @param {string} [key] Of a work that may not be public.
 * @param {OnShared} [onShared]
 * @returns {Promise<void>} When the dialog shows the poster, or an error.
 */
export async function openPoster(work, key = "", onShared = () => {}) {
  await addStyles("poster").catch(() => {}); // Without styles, if they cannot be fetched.
  if (document.querySelector("dialog.poster[open]")) return;
  const dialog = new PosterDialog(onShared);
  try {
    const found = typeof work === "string" ? await fetchWork(work, key) : work;
    if (!found) throw new Error(`there is no work ${work}`);
    await dialog.show(found, await contentOf(found), key);
  } catch (error) {
    dialog.fail();
    console.warn(error);
  }
}

/** @param {Work} work @returns {Promise<import("./drawing.js").PosterContent>} */
async function contentOf(work) {
  const [seal, title] = await Promise.all([fetchSeal(), fetchTitle(work.campaign)]);
  const hands = work.hands.map(({ serial }) => word("hand", { n: formatNumber(serial) }));
  return {
    id: work.id,
    text: work.phrase.text,
    locale: work.phrase.locale,
    chars: work.chars.map(({ strokes }) => strokes),
    title,
    line: word("poster_line"),
    hands: word("poster_by", { hands: listed(hands) }),
    date: formatDate(new Date(work.completed_at)),
    scan: word("poster_scan"),
    seal,
    code: qrCodeOf(addressOf(work)),
  };
}

/** @param {Work} work */
function addressOf(work) {
  return `${location.origin}${BASE_PATH}/w/${work.id}`;
}

class PosterDialog {
  #frame = make("div", { class: "poster-frame", data: { testid: "poster-frame" } });
  #words = make("p", { class: "poster-words", text: word("poster_making") });
  #acts = make("p", { class: "poster-acts" });
  #onShared;
  /** Stops the film that is being made. @type {AbortController | null} */
  #filming = null;
  #dialog = make("dialog", { class: "poster", data: { testid: "poster", state: "making" } }, this.#frame, this.#words, this.#acts);

  /** @param {OnShared} onShared */
  constructor(onShared) {
    this.#onShared = onShared;
    this.#words.setAttribute("role", "status");
    this.#dialog.setAttribute("aria-label", word("poster"));
    this.#act("close", "quiet", () => this.#dialog.close()).autofocus = true;
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      this.#filming?.abort();
      this.#dialog.remove();
      if (location.hash === "#poster") history.replaceState(history.state, "", location.pathname + location.search);
    });
    document.body.append(this.#dialog);
    this.#dialog.showModal();
  }

  /** @param {Work} work @param {import("./drawing.js").PosterContent} content @param {string} key */
  async show(work, content, key) {
    const svg = drawPoster(content);
    const name = `jielong-${work.phrase.text}-${work.hands.map(({ serial }) => serial).join("-")}`;
    const ways = filmWays();
    const png = await pngFile(svg, name);
    const picture = make("img", { data: { testid: "poster-picture" } });
    picture.alt = word("poster_label", { text: work.phrase.text });
    picture.src = await dataUrl(png);
    this.#frame.replaceChildren(picture);
    const touch = matchMedia("(pointer: coarse)").matches;
    this.#words.textContent = touch ? word("poster_hint") : "";
    const share = shareOf(work, png);
    if (share) this.#act("share", "primary", () => this.#share(share));
    this.#offerFilm(work, content, name, await ways);
    this.#offerAnimation(() => animationFile(work.id, key, name));
    this.#act("svg", "plain", () => this.#save(svgFile(svg, name)));
    this.#act("png", share ? "plain" : "primary", () => this.#save(png));
    this.#dialog.dataset.state = "shown";
  }

  fail() {
    this.#dialog.dataset.state = "failed";
    this.#words.textContent = word("poster_failed");
  }

  /**
   * A button that makes a film, shows how far it is, and stops it when it is pressed again.
   * @param {Work} work
   * @param {import("./drawing.js").PosterContent} content
   * @param {string} name
   * @param {import("./film-ways.js").FilmWay[]} ways
   */
  #offerFilm(work, content, name, ways) {
    if (ways.length === 0) return;
    const button = this.#act("film", "plain", async () => {
      if (this.#filming) return this.#filming.abort();
      const film = await this.#film(button, content, name, ways);
      if (film) this.#offerToShare(work, film);
    });
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {import("./drawing.js").PosterContent} content
   * @param {string} name
   * @param {import("./film-ways.js").FilmWay[]} ways
   * @returns {Promise<File | null>} The film, which is saved; null when there is none.
   */
  async #film(button, content, name, ways) {
    const { signal } = (this.#filming = new AbortController());
    /** @param {number} share */
    const onProgress = (share) => setText(button, word("poster_filming", { percent: Math.floor(share * 100) }));
    onProgress(0);
    this.#words.textContent = word("poster_wait");
    try {
      const { makeFilm } = await import("./film.js");
      const film = await makeFilm(content, name, ways, { onProgress, signal });
      this.#save(film);
      this.#words.textContent = "";
      return film;
    } catch (error) {
      this.#words.textContent = signal.aborted ? "" : word("poster_film_failed");
      if (!signal.aborted) console.warn(error);
      return null;
    } finally {
      this.#filming = null;
      setText(button, word("poster_film"));
    }
  }

  /** Where the system takes films: on a phone that is the way into its gallery and into WeChat. @param {Work} work @param {File} film */
  #offerToShare(work, film) {
    const share = withFile(work, film);
    if (!navigator.canShare?.(share)) return;
    this.#acts.querySelector("[data-testid=poster-film-share]")?.remove();
    this.#act("film_share", "primary", () => this.#share(share));
  }

  /** @param {() => Promise<File>} prepare */
  #offerAnimation(prepare) {
    const button = this.#act("animation", "plain", async () => {
      button.disabled = true;
      this.#words.textContent = word("poster_wait");
      try {
        this.#save(await prepare());
        this.#words.textContent = "";
      } catch (error) {
        if (!this.#dialog.open) return;
        this.#words.textContent = word("poster_failed");
        console.warn(error);
      } finally {
        button.disabled = false;
      }
    });
  }

  /** @param {File} file */
  #save(file) {
    save(file);
    this.#onShared("poster");
  }

  /** @param {ShareData} what */
  #share(what) {
    navigator.share(what).then(() => this.#onShared("link"), () => {}); // The participant chose not to.
  }

  /** @param {"close" | "share" | "svg" | "png" | "animation" | "film" | "film_share"} name @param {string} look @param {() => void} act */
  #act(name, look, act) {
    const button = make("button", { class: look, text: word(`poster_${name}`), data: { testid: `poster-${name.replace("_", "-")}` } });
    button.type = "button";
    button.addEventListener("click", act);
    this.#acts.prepend(button);
    return button;
  }
}

/**
 * What to share: the picture where the system takes files, else the address; null without sharing.
 * @param {Work} work
 * @param {File} png
 * @returns {ShareData | null}
 */
function shareOf(work, png) {
  if (!navigator.share) return null;
  const picture = withFile(work, png);
  return navigator.canShare?.(picture) ? picture : { title: picture.title, text: picture.text, url: addressOf(work) };
}

/** @param {Work} work @param {File} file @returns {ShareData} */
function withFile(work, file) {
  return { title: work.phrase.text, text: word("share_text", { text: work.phrase.text }), files: [file] };
}

async function fetchSeal() {
  const answer = await fetch(/** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]")).href);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const svg = await answer.text();
  return svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
}

/** @param {string} campaign @returns {Promise<string>} The product's name when the campaign cannot be read. */
async function fetchTitle(campaign) {
  const answer = await fetch(`${BASE_PATH}/api/campaigns/${encodeURIComponent(campaign)}`);
  return answer.ok ? (await answer.json()).title : word("product");
}
