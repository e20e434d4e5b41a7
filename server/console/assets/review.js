// The review queue: one work at a time, one key for each decision. Decisions are sent in their order
// while the next work is looked at.

import { Ink } from "./ink.js";
import { localize } from "./times.js";

const RENEW_MS = 45_000;
const FEW = 3;
const KEYS = { p: "release", h: "hold", x: "refuse", r: "remove", u: "undo", " ": "replay" };

const page = /** @type {HTMLElement} */ (document.getElementById("review"));
const { base, token, campaign } = page.dataset;
const words = JSON.parse(page.dataset.words ?? "{}");
const find = (selector) => /** @type {HTMLElement} */ (page.querySelector(selector));
const buttons = [...page.querySelectorAll("button[data-does]")];
const ink = new Ink(find(".ink"));

/** Works in hand; the first one is shown. */
let works = [];
/** What was decided and may be taken back, the latest last. */
const made = [];
/** Decisions that are on their way; they can be taken back as soon as they have arrived. */
let pending = 0;
/** Ids of what was decided here: an answer that was on its way may still have them. */
const decided = new Set();
/** The last request that changes something; the next one waits for it. */
let sending = Promise.resolve();

const say = (key, values = {}) => {
  const written = (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  find(".review-status").textContent = written;
};

async function ask(path, fields) {
  const body = fields && new URLSearchParams([["token", token], ...Object.entries(fields)]);
  const answer = await fetch(`${base}/review/${path}`, { method: body ? "POST" : "GET", body, redirect: "error" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

/** Have enough works in hand; those that are here already stay ours for a while longer. */
async function fill() {
  const query = campaign ? `?${new URLSearchParams({ campaign })}` : "";
  const found = await ask(`next${query}`);
  const known = new Set(works.map(({ id }) => id));
  works.push(...found.works.filter(({ id }) => !known.has(id) && !decided.has(id)));
  find(".review-waiting").textContent = words.waiting.replace("{n}", found.waiting.toLocaleString());
  if (!known.size) show();
}

const canUndo = () => made.length + pending > 0;

function showButtons() {
  for (const button of buttons) button.disabled = button.dataset.does === "undo" ? !canUndo() : !works.length;
}

function show() {
  const [work] = works;
  page.removeAttribute("aria-busy");
  find(".review-work").hidden = !work;
  find(".review-nothing").hidden = Boolean(work);
  showButtons();
  if (!work) return;
  const heading = find(".review-text");
  heading.textContent = work.text;
  heading.lang = work.locale;
  find(".review-why").textContent = work.why.join(", ");
  find(".review-why").classList.toggle("reported", work.reported);
  find(".review-campaign").textContent = work.campaign;
  const time = /** @type {HTMLTimeElement} */ (find("time"));
  time.dateTime = new Date(work.completed_at).toISOString();
  localize(find(".review-more"));
  const link = /** @type {HTMLAnchorElement} */ (find(".review-link"));
  link.href = `${base}/works/${work.id}`;
  find(".ink").setAttribute("aria-label", work.text);
  ink.show(work.chars);
  heading.focus({ preventScroll: true });
}

/** @param {string} decision */
function decide(decision) {
  const work = works.shift();
  if (!work) return;
  decided.add(work.id);
  pending += 1;
  say("said", { text: work.text, decided: words[decision] });
  show();
  sending = sending.then(async () => {
    try {
      const { number } = await ask("decide", { work: work.id, decision });
      if (number) made.push({ number, id: work.id, text: work.text });
      else say("taken", { text: work.text });
      if (works.length < FEW) await tryToFill();
    } catch {
      decided.delete(work.id);
      works.unshift(work);
      say("failed");
      show();
    } finally {
      pending -= 1;
      showButtons();
    }
  });
}

function undo() {
  sending = sending.then(async () => {
    const last = made.pop();
    if (!last) return;
    try {
      const found = await ask("undo", { number: last.number });
      decided.delete(last.id);
      works.unshift(...found.works);
      say(found.works.length ? "undone" : "nothing", { text: last.text });
    } catch {
      made.push(last);
      say("failed");
    }
    show();
  });
}

/** @param {string} what */
function act(what) {
  if (what === "undo") undo();
  else if (what === "replay") ink.replay();
  else decide(what);
}

for (const button of buttons) button.addEventListener("click", () => act(button.dataset.does ?? ""));

addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (target instanceof HTMLElement && target.closest("input, select, textarea, summary")) return;
  if (key === " " && target instanceof HTMLElement && target.closest("button, a")) return;
  const what = KEYS[/** @type {keyof typeof KEYS} */ (key.toLowerCase())];
  if (!what || find(`[data-does=${what}]`).hasAttribute("disabled")) return;
  event.preventDefault();
  act(what);
});

const tryToFill = () => fill().catch(() => say("failed"));
setInterval(() => document.hidden || void tryToFill(), RENEW_MS);
addEventListener("pagehide", () => {
  const body = new URLSearchParams([["token", token], ...works.map(({ id }) => ["work", id])]);
  if (works.length) navigator.sendBeacon(`${base}/review/give-back`, body);
});
void tryToFill();
