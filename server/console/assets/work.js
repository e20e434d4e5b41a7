// The page of one work: its ink instead of the picture, and its replay.

import { Ink } from "./ink.js";

const holder = /** @type {HTMLElement} */ (document.querySelector(".ink"));
const ink = new Ink(holder);
ink.show(JSON.parse(holder.dataset.ink ?? "[]"));

const replay = /** @type {HTMLButtonElement} */ (document.querySelector("[data-does=replay]"));
replay.hidden = false;
replay.addEventListener("click", () => ink.replay());
