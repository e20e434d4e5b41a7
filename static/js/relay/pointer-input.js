/**
 * Pointer input on the writing cell: passes every sample of one pointer, ignores a second finger
 * and the palm that rests beside a pen, and tells how a stroke ends.
 */

/** @import { Sample } from "../../../client/js/types.js" */

/** After an event of a pen, a touch is a palm for so long. */
const PALM_MS = 1200;
/** A touch that began less than this before the pen came was a palm, too. */
const PALM_FIRST_MS = 500;

/** @typedef {"lifted" | "interrupted" | "palm"} End An interrupted stroke may be a palm or writing. */

/**
 * @typedef {Object} Handlers
 * @property {(sample: Sample) => boolean} down False: no stroke may begin now.
 * @property {(samples: Sample[], predicted: Sample[]) => void} move
 * @property {(how: End) => void} end
 */

export class PointerInput {
  #paper;
  #handlers;
  /** @type {{id: number, kind: string, since: number} | null} */
  #writing = null;
  #penSeen = -Infinity;
  #box;

  /**
   * @param {HTMLElement} paper A square.
   * @param {Handlers} handlers
   */
  constructor(paper, handlers) {
    this.#paper = paper;
    this.#handlers = handlers;
    this.#box = paper.getBoundingClientRect();
    this.#listen();
  }

  #listen() {
    const paper = this.#paper;
    paper.addEventListener("pointerdown", (event) => this.#onDown(event));
    paper.addEventListener("pointermove", (event) => this.#onMove(event));
    paper.addEventListener("pointerup", (event) => this.#onEnd(event, "lifted"));
    paper.addEventListener("pointercancel", (event) => this.#onEnd(event, "interrupted"));
    // Without capture the rest of the stroke, and its end, may go to another element.
    paper.addEventListener("lostpointercapture", (event) => this.#onEnd(event, "lifted"));
    document.addEventListener("visibilitychange", () => document.hidden && this.#end("interrupted"));
    // The paper moves under the finger. Not every browser cancels the pointer then.
    screen.orientation?.addEventListener("change", () => this.#end("interrupted"));
    // A long press and a double tap must draw, not open the browser's menu or zoom.
    paper.addEventListener("contextmenu", (event) => event.preventDefault());
    paper.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    this.#notePen(event);
    const { pointerType, pointerId, timeStamp } = event;
    if (event.button !== 0) return;
    if (pointerType === "touch" && timeStamp - this.#penSeen < PALM_MS) return;
    if (this.#writing) {
      if (pointerType !== "pen" || this.#writing.kind !== "touch") return;
      this.#end(timeStamp - this.#writing.since < PALM_FIRST_MS ? "palm" : "interrupted");
    }
    this.#box = this.#paper.getBoundingClientRect();
    if (!this.#handlers.down(this.#sampleOf(event))) return;
    event.preventDefault();
    this.#writing = { id: pointerId, kind: pointerType, since: timeStamp };
    this.#paper.setPointerCapture(pointerId);
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    this.#notePen(event);
    if (event.pointerId !== this.#writing?.id) return;
    this.#box = this.#paper.getBoundingClientRect(); // A notice above the paper may have moved it.
    const events = event.getCoalescedEvents?.() ?? [];
    const samples = (events.length > 0 ? events : [event]).map((each) => this.#sampleOf(each));
    const predicted = (event.getPredictedEvents?.() ?? []).map((each) => this.#sampleOf(each));
    this.#handlers.move(samples, predicted);
  }

  /** @param {PointerEvent} event @param {End} how */
  #onEnd(event, how) {
    this.#notePen(event);
    if (event.pointerId === this.#writing?.id) this.#end(how);
  }

  /** @param {End} how */
  #end(how) {
    if (!this.#writing) return;
    this.#writing = null;
    this.#handlers.end(how);
  }

  /** @param {PointerEvent} event */
  #notePen(event) {
    if (event.pointerType === "pen") this.#penSeen = event.timeStamp;
  }

  /** @param {PointerEvent} event @returns {Sample} */
  #sampleOf({ clientX, clientY, timeStamp, pressure, pointerType }) {
    const { left, top, width, height } = this.#box;
    return {
      x: (clientX - left) / width,
      y: (clientY - top) / height,
      t: timeStamp,
      pressure,
      kind: pointerType === "pen" ? "pen" : pointerType === "touch" ? "touch" : "mouse",
    };
  }
}
