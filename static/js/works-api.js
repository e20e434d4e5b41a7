/**
 * Finished works over HTTP. A work just completed may take a moment to be filed.
 */

/**
 * @typedef {Object} Work
 * @property {string} id
 * @property {string} campaign
 * @property {import("../../client/js/types.js").Phrase} phrase
 * @property {{char: string, seat: 0 | 1, hand: number, strokes: number[][]}[]} chars
 * @property {{serial: number}[]} hands
 * @property {string} completed_at
 */

const TRIES = 4;
const BETWEEN_MS = 700;

/**
 * @param {string} id
 * @param {number} [tries] How often a work not found is looked for.
 * @returns {Promise<Work | null>} Null: there is no such work.
 * @throws {Error} When the service cannot be reached or is not well.
 */
export async function fetchWork(id, tries = TRIES) {
  for (let left = tries; left > 0; left -= 1) {
    const answer = await fetch(`/api/works/${encodeURIComponent(id)}`);
    if (answer.ok) return answer.json();
    if (answer.status !== 404) throw new Error(`HTTP ${answer.status}`);
    if (left > 1) await new Promise((resume) => setTimeout(resume, BETWEEN_MS));
  }
  return null;
}
