/**
 * The service's HTTP API, for what needs no socket: pledges, works, gifts, and the deletion of one's
 * own data. An adapter sends the requests: `fetch` where there is one, `wx.request` in WeChat.
 */

/** @import { CampaignContent, Certificate, Http, WorkContent, WorkList } from "./types.js" */

/** A request that was refused, or not answered: then `status` is 0. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code Of the error, like "closed".
   * @param {number | null} [retryMs] When to ask again; null when that is no use.
   */
  constructor(status, code, retryMs = null) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.retryMs = retryMs;
  }
}

/** @type {Http} */
async function fetchHttp({ method, url, headers, body }) {
  const answer = await fetch(url, { method, headers, body });
  const text = await answer.text();
  const retryAfter = answer.headers.get("Retry-After");
  return { status: answer.status, body: text ? JSON.parse(text) : null, retryAfter };
}

export class Api {
  #base;
  #http;
  #locale;

  /**
   * @param {Object} options
   * @param {string} options.url Of the socket: `wss://example.org/ws`.
   * @param {Http} [options.http]
   * @param {string} [options.locale] The language of texts, like "zh-CN"; without it, the platform's.
   */
  constructor({ url, http = fetchHttp, locale }) {
    this.#base = url.replace(/^ws/, "http").replace(/\/ws$/, "");
    this.#http = http;
    this.#locale = locale;
  }

  /** @param {string} campaign @returns {Promise<CampaignContent>} */
  campaign(campaign) {
    return this.#ask("GET", `/api/campaigns/${encodeURIComponent(campaign)}`);
  }

  /**
   * Public works, the newest first.
   * @param {string} campaign
   * @param {{cursor?: string | null, limit?: number}} [page] `cursor`: the `next` of the answer before.
   * @returns {Promise<WorkList>}
   */
  works(campaign, { cursor, limit = 20 } = {}) {
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    return this.#ask("GET", `/api/works?campaign=${encodeURIComponent(campaign)}&limit=${limit}${after}`);
  }

  /** @param {string} work @param {string} [token] Of a writer, for one that is not public. @returns {Promise<WorkContent>} */
  work(work, token) {
    return this.#ask("GET", `/api/works/${encodeURIComponent(work)}`, undefined, token);
  }

  /** Somebody new without a socket. @param {string} campaign @returns {Promise<string>} The token. */
  async createParticipant(campaign) {
    return (await this.#ask("POST", "/api/participants", { campaign })).token;
  }

  /**
   * Makes a pledge; one that was made before is answered as it was.
   * @param {string} campaign @param {string} pledge @param {string} token
   * @returns {Promise<Certificate>}
   */
  pledge(campaign, pledge, token) {
    const path = `/api/campaigns/${encodeURIComponent(campaign)}/pledges/${encodeURIComponent(pledge)}`;
    return this.#ask("POST", path, {}, token);
  }

  /** Has everything removed or made anonymous that is kept of a participant. @param {string} token */
  async deleteMe(token) {
    await this.#ask("DELETE", "/api/me", undefined, token);
  }

  /** The picture of a public work. @param {string} work */
  pictureOf(work) {
    return `${this.#base}/w/${encodeURIComponent(work)}/picture.png`;
  }

  /** The picture of a pledge's certificate. @param {string} certificate */
  certificatePictureOf(certificate) {
    const locale = this.#locale ? `?locale=${this.#locale}` : "";
    return `${this.#base}/p/${encodeURIComponent(certificate)}/picture.png${locale}`;
  }

  /** Leads a donor to the organiser's payment page. @param {string} campaign @param {string} fund */
  giveAddress(campaign, fund) {
    return `${this.#base}/go/${encodeURIComponent(campaign)}/${encodeURIComponent(fund)}`;
  }

  /**
   * @param {"GET" | "POST" | "DELETE"} method @param {string} path @param {object} [body] @param {string} [token]
   * @returns {Promise<any>}
   */
  async #ask(method, path, body, token) {
    /** @type {Record<string, string>} */
    const headers = { "Content-Type": "application/json" };
    if (this.#locale) headers["Accept-Language"] = this.#locale;
    if (token) headers.Authorization = `Bearer ${token}`;
    const sent = { method, url: this.#base + path, headers, body: body && JSON.stringify(body) };
    const answer = await this.#http(sent).catch(() => null);
    if (!answer) throw new ApiError(0, "offline");
    if (answer.status < 300) return answer.body;
    const seconds = Number(answer.retryAfter ?? NaN);
    throw new ApiError(answer.status, codeOf(answer.body), Number.isNaN(seconds) ? null : 1000 * seconds);
  }
}

/** @param {any} body */
function codeOf(body) {
  return String(body?.error?.code ?? "unknown");
}
