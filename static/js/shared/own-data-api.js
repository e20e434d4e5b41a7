/**
 * Deletes what the service keeps of a participant.
 */

import { BASE_PATH } from "./base-path.js";

/** The longest that a deletion may take. */
const LIMIT_MS = 30_000;

/**
 * @param {string} token
 * @returns {Promise<boolean>} Whether nothing of the participant is left, as far as a token leads.
 */
export async function deleteOwnData(token) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LIMIT_MS);
  try {
    const answer = await fetch(`${BASE_PATH}/api/me`, {
      method: "DELETE",
      headers: { Authorization: `Bearer ${token}` },
      signal: patience.signal,
    });
    return answer.ok || answer.status === 401; // A token that is not valid any more leads to nothing.
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
