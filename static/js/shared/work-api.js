/**
 * Reads one finished work over HTTP. A work that was just completed may not be stored yet.
 */

import { BASE_PATH } from "./base-path.js";

/**
 * @typedef {Object} Work
 * @property {string} id
 * @property {string} campaign
 * @property {import("../../../client/js/types.js").Phrase} phrase
 * @property {{char: string, seat: 0 | 1, hand: number, strokes: number[][]}[]} chars
 * @property {{serial: number}[]} hands
 * @property {string} completed_at
 * @property {"public" | "waiting" | "private"} review Not `public`: only those who wrote it see it.
 */

const TRIES = 4;
const RETRY_MS = 700;

/** @param {string} url A work's address in `completed`. @returns {string} What lets its writers see it. */
export const keyOf = (url) => new URL(url, location.href).searchParams.get("key") ?? "";

/**
 * @param {string} id
 * @param {string} [key] Of a work that may not be public.
 * @param {number} [tries] How often to ask when the work is not found.
 * @returns {Promise<Work | null>} Null: there is no such work.
 * @throws {Error} When the service cannot be reached or answers with an error.
 */
export async function fetchWork(id, key = "", tries = TRIES) {
  const query = key && `?${new URLSearchParams({ key })}`;
  for (let left = tries; left > 0; left -= 1) {
    const answer = await fetch(`${BASE_PATH}/api/works/${encodeURIComponent(id)}${query}`);
    if (answer.ok) return answer.json();
    if (answer.status !== 404) throw new Error(`HTTP ${answer.status}`);
    if (left > 1) await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
  return null;
}
