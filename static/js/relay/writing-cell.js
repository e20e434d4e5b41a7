/**
 * The writing cell: takes the user's strokes in their turn, and shows the partner's in the other.
 */

import { Pen } from "../../../client/js/ink/pen.js";
import { canWrite, hasInk, inkUsage } from "../../../client/js/state/selectors.js";
import { makeGrid, part } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";
import { once } from "../shared/lazy.js";
import { text } from "../shared/text.js";
import { listenToPointer } from "./pointer-input.js";

/** @import { LiveInk, State } from "../../../client/js/types.js" */

/** @typedef {import("../../../client/js/types.js").Sample} Sample */

export class WritingCell {
  #relay;
  #cell = part("cell");
  #canvas = /** @type {HTMLCanvasElement} */ (part("paper"));
  #ink = new InkCanvas(this.#canvas, { live: true });
  /** Loaded when the cell is first visible. @type {import("./tracing-guide.js").TracingGuide | null} */
  #guide = null;
  #loadGuide = once(async () => {
    const { TracingGuide } = await import("./tracing-guide.js");
    this.#guide = new TracingGuide();
    this.render(this.#relay.state);
  });
  /** Loaded when there is ink. @type {import("./fading-ink.js").FadingInk | null} */
  #fadingInk = null;
  #loadFadingInk = once(async () => {
    const { FadingInk } = await import("./fading-ink.js");
    this.#fadingInk = new FadingInk();
  });
  /** Loaded when there is a partner. @type {import("../../../client/js/ink/jitter-buffer.js").JitterBuffer | null} */
  #jitterBuffer = null;
  #loadJitterBuffer = once(async () => {
    const { JitterBuffer } = await import("../../../client/js/ink/jitter-buffer.js");
    this.#jitterBuffer = new JitterBuffer();
    this.#jitterBuffer.push(this.#relay.state.room?.live ?? null, this.#relay.now());
  });
  #pen;
  /** @type {Sample[]} The browser's prediction of the next samples. */
  #predicted = [];
  #scheduled = false;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
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
        this.#schedulePaint();
        return ready;
      },
      move: (samples, predicted) => {
        this.#pen.move(samples);
        this.#predicted = predicted;
        this.#schedulePaint();
      },
      up: () => this.#lift(),
      cancel: () => {
        this.#lift();
        relay.dispatch({ t: "user:undo" });
      },
    });
  }

  /** Ends the stroke being written, then runs the action of a button. @param {() => void} then */
  finishStroke(then) {
    this.#lift();
    then();
  }

  /** Plays the stroke order, where it is known. */
  async showOrder() {
    return this.#guide?.showOrder() ?? null;
  }

  /** @param {import("../../../client/js/types.js").Change} change */
  onChange({ before, state }) {
    const same = before.draft?.room === state.draft?.room && before.draft?.c === state.draft?.c;
    // The turn is over, or another character began.
    if (!same || !canWrite(state)) this.#pen.drop();
    if (!this.#jitterBuffer && state.room?.partner) this.#loadJitterBuffer().catch(() => {}); // Without it the ink arrives unevenly.
    this.#jitterBuffer?.push(state.room?.live ?? null, this.#relay.now());
    if (state.room?.live !== before.room?.live) this.#schedulePaint();
    const { room } = state;
    const old = before.room;
    const turnEnded = room && old?.id === room.id && old.turn.c !== room.turn.c;
    const finished = turnEnded ? room.committed[old.turn.c] : null;
    if (finished) this.#fadingInk?.show(finished);
    if (!room) this.#fadingInk?.clear();
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    if (!room) return;
    const { turn } = room;
    const mine = turn.seat === room.seat;
    if (this.#guide) this.#guide.show(turn.char, room.phrase.locale);
    else this.#loadGuide().catch(() => {}); // A later change tries again.
    if (!this.#fadingInk && (hasInk(state) || room.live)) this.#loadFadingInk().catch(() => {}); // The ink vanishes at once, then.
    const label = text(mine ? "paper_mine" : "paper_theirs", { char: turn.char });
    if (this.#canvas.getAttribute("aria-label") !== label) this.#canvas.setAttribute("aria-label", label);
    this.#paint();
  }

  #lift() {
    this.#predicted = [];
    this.#pen.up();
    this.#schedulePaint();
  }

  #schedulePaint() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
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
      const { strokes, open, more } = this.#jitterBuffer?.at(this.#relay.now()) ?? unbuffered(room.live);
      this.#ink.draw(strokes, open);
      if (more) this.#schedulePaint();
    }
  }
}

/** Live ink without a jitter buffer. @param {LiveInk | null} live */
function unbuffered(live) {
  const { strokes = [], open = false } = live ?? {};
  const last = open ? (strokes.at(-1) ?? []) : [];
  return { strokes: open ? strokes.slice(0, -1) : strokes, open: last, more: false };
}
