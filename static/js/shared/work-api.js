/**
 * Reads one finished work over HTTP. A work that was just completed may not be stored yet.
 */

/**
 * @typedef {Object} Work
 * @property {string} id
 * @property {string} campaign
 * @property {import("../../../client/js/types.js").Phrase} phrase
 * @property {{char: string, seat: 0 | 1, hand: number, strokes: number[][]}[]} chars
 * @property {{serial: number}[]} hands
 * @property {string} completed_at
 */

const TRIES = 4;
const RETRY_MS = 700;

/**
 * @param {string} id
 * @param {number} [tries] How often to ask when the work is not found.
 * @returns {Promise<Work | null>} Null: there is no such work.
 * @throws {Error} When the service cannot be reached or answers with an error.
 */
export async function fetchWork(id, tries = TRIES) {
  for (let left = tries; left > 0; left -= 1) {
    const answer = await fetch(`/api/works/${encodeURIComponent(id)}`);
    if (answer.ok) return answer.json();
    if (answer.status !== 404) throw new Error(`HTTP ${answer.status}`);
    if (left > 1) await new Promise((resume) => setTimeout(resume, RETRY_MS));
  }
  return null;
}
