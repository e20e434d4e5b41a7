/**
 * A film encoded frame by frame with WebCodecs: faster than it plays, with exact times. The page stays
 * responsive, and few frames are in memory at once.
 *
 * mediabunny writes the file, MP4 or WebM. mp4-muxer and webm-muxer are half as big, but their author
 * has given them up for it. Its part and this module are a chunk of 34 KB, which is fetched when
 * somebody wants a film, and never before.
 */

import {
  BufferTarget,
  EncodedPacket,
  EncodedVideoPacketSource,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "../../vendor/mediabunny/mediabunny.js";

/** @import { FilmStage } from "./film-stage.js" */
/** @import { Encoding, FilmOptions } from "./film-ways.js" */

/** So many frames wait for the encoder at most; one has 2.8 MB. */
const MOST_WAITING = 4;
/** How far apart the frames are that a player can jump to, in seconds. */
const KEY_FRAMES_S = 5;
/** Browsers before 2023 do not tell when the encoder takes a frame, so it is asked so often. */
const ASK_MS = 50;
/** An encoder that takes no frame when it was asked so often has failed, and so has one that does not end. */
const MOST_ASKED = 300;
const END_MS = ASK_MS * MOST_ASKED;

/**
 * @param {FilmStage} stage
 * @param {Encoding} encoding
 * @param {FilmOptions} options
 * @returns {Promise<Blob>}
 * @throws {Error} When it was stopped, or the encoder failed.
 */
export async function encodeFilm(stage, { container, codec, config }, { onProgress, signal }) {
  const rate = config.framerate;
  const file = new FilmFile(container, codec, rate);
  const encoder = new FrameEncoder(config, (chunk, meta) => file.add(chunk, meta));
  const stop = () => encoder.close();
  signal.addEventListener("abort", stop);
  try {
    await file.start();
    const count = Math.ceil((stage.duration / 1000) * rate);
    for (let i = 0; i < count; i += 1) {
      if (signal.aborted) throw new Error("the film was stopped");
      stage.show((i / rate) * 1000);
      await encoder.add(stage.canvas, i);
      onProgress((i + 1) / count);
    }
    await encoder.end();
    return await file.end();
  } finally {
    signal.removeEventListener("abort", stop);
    encoder.close();
  }
}

class FrameEncoder {
  #encoder;
  #rate;
  /** @type {Error | null} */
  #failure = null;

  /** @param {VideoEncoderConfig & {framerate: number}} config @param {EncodedVideoChunkOutputCallback} output */
  constructor(config, output) {
    this.#rate = config.framerate;
    this.#encoder = new VideoEncoder({ output, error: (error) => (this.#failure = error) });
    this.#encoder.configure(config);
  }

  /** Returns when the encoder has room for it, and the page had its turn. @param {HTMLCanvasElement} canvas @param {number} index Of the frame. */
  async add(canvas, index) {
    for (let asked = 0; this.#waiting() >= MOST_WAITING; asked += 1) {
      if (asked === MOST_ASKED) throw new Error("the video encoder takes no frames");
      await this.#mayHaveTaken();
    }
    const timestamp = this.#timeOf(index);
    const frame = new VideoFrame(canvas, { timestamp, duration: this.#timeOf(index + 1) - timestamp });
    try {
      this.#encoder.encode(frame, { keyFrame: index % (KEY_FRAMES_S * this.#rate) === 0 });
    } finally {
      frame.close();
    }
    await nextTask();
  }

  /** When a frame begins, in microseconds. @param {number} index */
  #timeOf(index) {
    return Math.round((index * 1_000_000) / this.#rate);
  }

  /** Returns when all frames are encoded. */
  async end() {
    this.#waiting();
    const silence = new Promise((_, fail) => setTimeout(() => fail(new Error("the video encoder does not end")), END_MS));
    await Promise.race([this.#encoder.flush(), silence]);
  }

  close() {
    if (this.#encoder.state !== "closed") this.#encoder.close();
  }

  /** How many frames wait. @throws {Error} When the encoder failed or was closed. */
  #waiting() {
    if (this.#failure) throw this.#failure;
    if (this.#encoder.state === "closed") throw new Error("the film was stopped");
    return this.#encoder.encodeQueueSize;
  }

  /** @returns {Promise<unknown>} */
  #mayHaveTaken() {
    return new Promise((done) => {
      this.#encoder.addEventListener("dequeue", done, { once: true });
      setTimeout(done, ASK_MS);
    });
  }
}

/** The film as a file in memory, which holds what is encoded. */
class FilmFile {
  #container;
  #source;
  #target = new BufferTarget();
  #output;
  /** Settled when what was added so far is written. */
  #written = Promise.resolve();

  /** @param {Encoding["container"]} container @param {Encoding["codec"]} codec @param {number} frameRate */
  constructor(container, codec, frameRate) {
    this.#container = container;
    this.#source = new EncodedVideoPacketSource(codec);
    // The index stands in front of the frames, so that a player begins before it has all of the file.
    const format = container === "mp4" ? new Mp4OutputFormat({ fastStart: "in-memory" }) : new WebMOutputFormat();
    this.#output = new Output({ format, target: this.#target });
    this.#output.addVideoTrack(this.#source, { frameRate });
  }

  start() {
    return this.#output.start();
  }

  /** @param {EncodedVideoChunk} chunk @param {EncodedVideoChunkMetadata} [meta] */
  add(chunk, meta) {
    const packet = EncodedPacket.fromEncodedChunk(chunk);
    this.#written = this.#written.then(() => this.#source.add(packet, meta));
    this.#written.catch(() => {}); // `end` throws it.
  }

  /** @returns {Promise<Blob>} */
  async end() {
    await this.#written;
    await this.#output.finalize();
    const { buffer } = this.#target;
    if (!buffer) throw new Error("the film has no content");
    return new Blob([buffer], { type: `video/${this.#container}` });
  }
}

/** Lets the page draw and answer between two frames. A timer would take a second while the page is hidden. */
function nextTask() {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(port1.close());
    port2.postMessage(null);
  });
}
