/**
 * Moves the keyboard focus when the screen changes: when the focused button disappears, the new
 * screen's heading gets the focus.
 */


export class FocusView {
  /** @type {HTMLElement | null} */
  #screen = null;

  render() {
    const screen = /** @type {HTMLElement | null} */ (document.querySelector("main > section:not([hidden])"));
    if (screen === this.#screen) return;
    const first = this.#screen === null;
    this.#screen = screen;
    if (!first) scrollTo(0, 0);
    const focused = document.activeElement;
    const lost = !focused || focused === document.body || focused.closest("[hidden]") !== null;
    if (first || !lost) return;
    const heading = screen?.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}
