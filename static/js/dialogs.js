/**
 * Small dialogs of the room and the page: each is in the document, closes by its own buttons, by
 * Escape and by a click beside it, and gives the focus back to where it was.
 */

import { part } from "./dom.js";

/** @param {string} name @returns {HTMLDialogElement} */
export function dialog(name) {
  const element = /** @type {HTMLDialogElement} */ (part(name));
  element.addEventListener("click", (event) => {
    const closer = event.target instanceof Element && event.target.closest("[data-close]");
    if (closer || event.target === element) element.close();
  });
  return element;
}
