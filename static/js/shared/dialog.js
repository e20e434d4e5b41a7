/**
 * Dialogs that are part of the document. A dialog closes with its buttons, with Escape and with a
 * click beside it, and returns the focus.
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
