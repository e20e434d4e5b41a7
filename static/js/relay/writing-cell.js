/**
 * The writing cell: takes the user's strokes in their turn, and shows the partner's in the other.
 */

import { isWriting } from "../../../client/js/ink/interrupted-stroke.js";
import { Pen } from "../../../client/js/ink/pen.js";
import { canWrite, hasInk, inkUsage } from "../../../client/js/state/selectors.js";
import { makeGrid, part } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";
import { LazyPart } from "../shared/lazy.js";
import { text } from "../shared/text.js";
import { PointerInput } from "./pointer-input.js";
import { TracingGuide } from "./tracing-guide.js";

/** @import { Change, LiveInk, Sample, State } from "../../../client/js/types.js" */

export class WritingCell {
  #relay;
  #cell = part("cell");
  #canvas = /** @type {HTMLCanvasElement} */ (part("paper"));
  #ink = new InkCanvas(this.#canvas, { live: true });
  #guide = new TracingGuide();
  #fadingInk = new LazyPart(async () => new (await import("./fading-ink.js")).FadingInk());
  #jitterBuffer = new LazyPart(
    async () => new (await import("../../../client/js/ink/jitter-buffer.js")).JitterBuffer(),
    () => this.#buffer(),
  );
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
      leastMs: () => relay.state.inkMs,
    });
    new PointerInput(this.#canvas, {
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
      end: (how) => {
        const { isDown, stroke } = this.#pen;
        const keep = !isDown || how === "lifted" || (how === "interrupted" && isWriting(stroke));
        this.#lift();
        if (!keep) relay.dispatch({ t: "user:undo" });
      },
    });
  }

  /** Ends the stroke being written. */
  finishStroke() {
    this.#lift();
  }

  /** Plays the stroke order, where it is known. */
  async playStrokeOrder() {
    return this.#guide.playStrokeOrder();
  }

  /** @param {Change} change */
  onChange({ before, state }) {
    const same = before.draft?.room === state.draft?.room && before.draft?.c === state.draft?.c;
    // The turn is over, or another character began.
    if (!same || !canWrite(state)) this.#pen.drop();
    if (state.room?.partner) this.#jitterBuffer.need();
    this.#buffer();
    if (state.room?.live !== before.room?.live) this.#schedulePaint();
    const { room } = state;
    const old = before.room;
    const turnEnded = room && old?.id === room.id && old.turn.c !== room.turn.c;
    const finished = turnEnded ? room.committed[old.turn.c] : null;
    if (finished) this.#fadingInk.part?.show(finished);
    if (!room) this.#fadingInk.part?.clear();
  }

  #buffer() {
    this.#jitterBuffer.part?.push(this.#relay.state.room?.live ?? null, this.#relay.now());
  }

  /** @param {State} state */
  render(state) {
    const { room } = state;
    if (!room) return;
    const { turn } = room;
    const mine = turn.seat === room.seat;
    this.#guide.show(turn.char, room.phrase);
    if (hasInk(state) || room.live) this.#fadingInk.need();
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
      const { strokes, open, more } = this.#jitterBuffer.part?.at(this.#relay.now()) ?? unbuffered(room.live);
      this.#ink.draw(strokes, open);
      if (more) this.#schedulePaint();
    }
  }
}

/** Live ink without a jitter buffer. @param {LiveInk | null} live */
function unbuffered(live) {
  return { strokes: live?.strokes ?? [], open: [], more: false };
}
