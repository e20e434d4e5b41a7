/**
 * The public interface of the core: what a page or a mini-program needs. Nothing here needs a DOM.
 */

export { memoryStorage } from "./adapters/memory-storage.js";
export { socketWith } from "./adapters/web-socket.js";
export { Api, ApiError } from "./api.js";
export { Connection } from "./connection/connection.js";
export { directionOf } from "./direction.js";
export { encodeStroke } from "./ink/encode-stroke.js";
export { isWriting } from "./ink/interrupted-stroke.js";
export { JitterBuffer } from "./ink/jitter-buffer.js";
export { Pen } from "./ink/pen.js";
export { decodeStroke } from "./ink/stroke.js";
export { solve } from "./proof/solve.js";
export { GRID, MAX_POINTS, MAX_STROKES, MAX_WIDTH, REACTIONS, REPORT_REASONS } from "./protocol.js";
export { Relay } from "./relay.js";
export { commandsFor } from "./state/commands.js";
export { shouldOfferToKeep } from "./state/keep-offer.js";
export { reduce } from "./state/reduce.js";
export {
  canKeepRoom, canWrite, hasInk, inkUsage, needsPartner, screenOf,
} from "./state/selectors.js";
export { initialState } from "./state/state.js";
