/**
 * `<jielong-relay campaign="...">` for other sites: a frame with the page of a campaign, as high as
 * what it shows. A classic script, for it is loaded from another host without CORS.
 */
(() => {
  const NAME = "jielong-relay";
  /** In a narrower or lower frame nobody can write. */
  const LEAST_HEIGHT = 480;
  const HEIGHT = 720;
  const LABELS = { zh: "接龙：与陌生人合写一句话", ja: "接龍：見知らぬ人とひとつの言葉を書く", en: "Jielong: write a phrase with a stranger" };

  /** The address of the service that this script came from, with a slash at its end. */
  const HOME = new URL("./", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;

  if (customElements.get(NAME)) return; // The script is there twice.

  class JielongRelay extends HTMLElement {
    static observedAttributes = ["campaign", "server", "lang", "height"];
    #frame = document.createElement("iframe");
    #origin = "";
    #connected = false;

    constructor() {
      super();
      const style = document.createElement("style");
      style.textContent = ":host{display:block;min-width:320px;max-width:100%}:host([hidden]){display:none}iframe{display:block;width:100%;border:0;border-radius:inherit}";
      this.#frame.loading = "lazy";
      this.#frame.allow = "web-share; clipboard-write";
      this.#frame.part.add("frame");
      this.attachShadow({ mode: "open" }).append(style, this.#frame);
    }

    connectedCallback() {
      this.#connected = true;
      addEventListener("message", this.#onMessage);
      this.#load();
    }

    disconnectedCallback() {
      this.#connected = false;
      removeEventListener("message", this.#onMessage);
    }

    /** @param {string} name */
    attributeChangedCallback(name) {
      if (!this.#connected) return;
      if (name === "height") this.#setHeight();
      else this.#load();
    }

    #load() {
      let home;
      try {
        home = new URL(this.getAttribute("server") || HOME, location.href);
        if (!/^https?:$/.test(home.protocol)) throw new TypeError(`${home} is no address of a service`);
      } catch (error) {
        console.error(`<${NAME}>:`, error);
        return;
      }
      if (!home.pathname.endsWith("/")) home.pathname += "/";
      const page = new URL(`embed/${encodeURIComponent(this.getAttribute("campaign") || "default")}`, home);
      const lang = this.getAttribute("lang");
      if (lang) page.searchParams.set("locale", lang);
      this.#origin = page.origin;
      this.#setHeight();
      const words = (lang || document.documentElement.lang || navigator.language).slice(0, 2);
      this.#frame.title = this.getAttribute("title") || LABELS[/** @type {keyof typeof LABELS} */ (words)] || LABELS.en;
      if (this.#frame.src !== page.href) this.#frame.src = page.href;
    }

    #setHeight() {
      const wanted = Number(this.getAttribute("height"));
      this.#frame.style.height = `${Math.max(LEAST_HEIGHT, wanted || HEIGHT)}px`;
    }

    /** The page in the frame tells its height, unless the site has chosen one. */
    #onMessage = (/** @type {MessageEvent} */ event) => {
      if (event.origin !== this.#origin || event.source !== this.#frame.contentWindow) return;
      const { jielong, height } = event.data ?? {};
      if (jielong !== "height" || !Number.isFinite(height) || this.hasAttribute("height")) return;
      this.#frame.style.height = `${Math.min(2000, Math.max(LEAST_HEIGHT, Math.ceil(height)))}px`;
    };
  }

  customElements.define(NAME, JielongRelay);
})();
