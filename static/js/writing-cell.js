/**
 * The paper: one's own brush in one's turn, the partner's in theirs.
 */

import { Pen } from "../../client/js/ink/pen.js";
import { canWrite, inkUsage } from "../../client/js/state/selectors.js";
import { makeGrid, part } from "./dom.js";
import { InkCanvas } from "./ink-canvas.js";
import { once } from "./later.js";
import { listenToPointer } from "./pointer.js";
import { text } from "./strings.js";

/** @import { LiveInk, State } from "../../client/js/types.js" */

/** @typedef {import("../../client/js/types.js").Sample} Sample */

export class WritingCell {
  #relay;
  #cell = part("cell");
  #canvas = /** @type {HTMLCanvasElement} */ (part("paper"));
  #ink = new InkCanvas(this.#canvas, { live: true });
  /** What is under the ink and what becomes of it: fetched once there is paper. @type {import("./ghost.js").Ghost | null} */
  #ghost = null;
  /** @type {import("./settling.js").Settling | null} */
  #settling = null;
  #fetchUnder = once(async () => {
    const [{ Ghost }, { Settling }] = await Promise.all([import("./ghost.js"), import("./settling.js")]);
    this.#ghost = new Ghost();
    this.#settling = new Settling();
    this.render(this.#relay.state);
  });
  /** Fetched when there is somebody to watch. @type {import("../../client/js/ink/jitter-buffer.js").JitterBuffer | null} */
  #jitterBuffer = null;
  #fetchJitterBuffer = once(async () => {
    const { JitterBuffer } = await import("../../client/js/ink/jitter-buffer.js");
    this.#jitterBuffer = new JitterBuffer();
    this.#jitterBuffer.push(this.#relay.state.room?.live ?? null, this.#relay.now());
  });
  #pen;
  /** @type {Sample[]} Where the browser thinks the pointer is going. */
  #predicted = [];
  #asked = false;

  /** @param {import("../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#relay = relay;
    this.#cell.prepend(makeGrid());
    this.#pen = new Pen({
      onPart: (p, end) => relay.dispatch({ t: "user:ink", p, end }),
      onFull: (what) => relay.dispatch({ t: "user:full", what }),
    });
    listenToPointer(this.#canvas, {
      down: (sample) => {
        const ready = canWrite(relay.state) && this.#pen.down(sample, inkUsage(relay.state));
        this.#ask();
        return ready;
      },
      move: (samples, predicted) => {
        this.#pen.move(samples);
        this.#predicted = predicted;
        this.#ask();
      },
      up: () => this.#lift(),
      cancel: () => {
        this.#lift();
        relay.dispatch({ t: "user:undo" });
      },
    });
  }

  /** Lift the brush, then do this: no button comes in the middle of a stroke. @param {() => void} then */
  finishStroke(then) {
    this.#lift();
    then();
  }

  /** Show how the character is written, where that is known. */
  async showOrder() {
    return this.#ghost?.showOrder() ?? null;
  }

  /** Another character, or none: the stroke under way belongs to nothing. @param {import("../../client/js/types.js").Change} change */
  happened({ before, state }) {
    const same = before.draft?.room === state.draft?.room && before.draft?.c === state.draft?.c;
    if (!same || !canWrite(state)) this.#pen.drop();
    if (!this.#jitterBuffer && state.room?.partner) this.#fetchJitterBuffer().catch(() => {}); // Ink comes in jerks, then.
    this.#jitterBuffer?.push(state.room?.live ?? null, this.#relay.now());
    if (state.room?.live !== before.room?.live) this.#ask();
    const { room } = state;
    const old = before.room;
    const finished = room && old?.id === room.id && old.turn.c !== room.turn.c ? room.committed[old.turn.c] : null;
    if (finished) this.#settling?.show(finished);
    if (!room) this.#settling?.clear();
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    if (!room) return;
    const { turn } = room;
    const mine = turn.seat === room.seat;
    if (this.#ghost) this.#ghost.show(turn.char, room.phrase.locale);
    else this.#fetchUnder().catch(() => {}); // The next change tries again.
    const label = text(mine ? "paper_mine" : "paper_theirs", { char: turn.char });
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
    this.#paint();
  }

  #lift() {
    this.#predicted = [];
    this.#pen.up();
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#paint();
    });
  }

  #paint() {
    const { room, draft } = this.#relay.state;
    if (!room) return;
    const committed = room.committed[room.turn.c];
    if (committed) this.#ink.draw(committed);
    else if (draft) {
      const done = this.#pen.isDown && draft.open ? draft.strokes.slice(0, -1) : draft.strokes;
      this.#ink.draw(done, this.#pen.withPredicted(this.#predicted));
    } else {
      const { strokes, open, more } = this.#jitterBuffer?.at(this.#relay.now()) ?? unplayed(room.live);
      this.#ink.draw(strokes, open);
      if (more) this.#ask();
    }
  }
}

/** Ink as it came. @param {LiveInk | null} live */
function unplayed(live) {
  const { strokes = [], open = false } = live ?? {};
  const last = open ? (strokes.at(-1) ?? []) : [];
  return { strokes: open ? strokes.slice(0, -1) : strokes, open: last, more: false };
}
