/**
 * The base class of views. Each view owns one part of the document.
 */
export class View {
  /**
   * Shows this state.
   * @param {import("../../../client/js/types.js").State} _state
   */
  render(_state) {}

  /**
   * Called once for every event, before `render`.
   * @param {import("../../../client/js/types.js").Change} _change
   */
  onChange(_change) {}
}
