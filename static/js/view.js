/**
 * What the page may call on a view; each view owns its own part of the document.
 */
export class View {
  /**
   * Show this state.
   * @param {import("../../client/js/types.js").State} _state
   */
  render(_state) {}

  /**
   * Something happened; called before the state is shown, once for every event.
   * @param {import("../../client/js/types.js").Change} _change
   */
  happened(_change) {}
}
