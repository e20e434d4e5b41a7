/**
 * How this browser can make a film of a poster. It encodes the frames itself where it has WebCodecs,
 * faster than they play; else it records a canvas while the film plays on it (MediaRecorder).
 */

import { HEIGHT, WIDTH } from "./style.js";

/** The size of the film as a share of the poster's: 720 by 960. Encoders in phones want multiples of 16. */
const SCALE = 2 / 3;
export const FILM_WIDTH = WIDTH * SCALE;
export const FILM_HEIGHT = HEIGHT * SCALE;
export const FRAMES_A_SECOND = 30;
/** The longest film, 11 s, has at most 1.7 MB by this; paper and ink need less. */
export const BITS_A_SECOND = 1_200_000;

/**
 * @typedef {Object} FilmOptions
 * @property {(share: number) => void} onProgress From 0 to 1.
 * @property {AbortSignal} signal Ends the work.
 */

/**
 * @typedef {Object} Encoding By WebCodecs.
 * @property {"mp4" | "webm"} container
 * @property {"avc" | "vp9" | "vp8"} codec
 * @property {VideoEncoderConfig & {framerate: number}} config
 *
 * @typedef {Object} Recording By MediaRecorder.
 * @property {"mp4" | "webm"} container
 * @property {string} type
 *
 * @typedef {Encoding | Recording} FilmWay
 */

/**
 * WeChat, iOS and the galleries of phones take H.264 alone, so it comes first: profiles from high to
 * baseline, of level 3.1, the lowest that has this size at 30 frames a second.
 * @type {[Encoding["container"], Encoding["codec"], string][]}
 */
const CODECS = [
  ["mp4", "avc", "avc1.64001f"],
  ["mp4", "avc", "avc1.4d401f"],
  ["mp4", "avc", "avc1.42e01f"],
  ["webm", "vp9", "vp09.00.31.08"],
  ["webm", "vp8", "vp8"],
];

const RECORDED = ["video/mp4;codecs=avc1.42E01F", "video/mp4", "video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

/** A browser that does not answer for so long has no encoder to rely on. */
const ANSWER_MS = 2000;

/**
 * The ways to make a film, the best first: at most one that encodes and one that records. A later one is
 * for when an earlier one fails; without any the browser cannot make a film.
 * @param {(config: VideoEncoderConfig) => Promise<boolean>} [canEncode]
 * @param {(type: string) => boolean} [canRecord]
 * @returns {Promise<FilmWay[]>}
 */
export async function filmWays(canEncode = asksEncoder, canRecord = asksRecorder) {
  const encodings = CODECS.map(([container, codec, name]) => ({ container, codec, config: configOf(codec, name) }));
  const answers = await Promise.all(encodings.map(({ config }) => canEncode(config)));
  const encoding = encodings.find((_, i) => answers[i]);
  const type = RECORDED.find(canRecord);
  /** @type {FilmWay[]} */
  const ways = encoding ? [encoding] : [];
  if (type) ways.push({ container: type.startsWith("video/mp4") ? "mp4" : "webm", type });
  return ways;
}

/** @param {Encoding["codec"]} codec @param {string} name As WebCodecs has it. @returns {Encoding["config"]} */
function configOf(codec, name) {
  const config = { codec: name, width: FILM_WIDTH, height: FILM_HEIGHT, framerate: FRAMES_A_SECOND, bitrate: BITS_A_SECOND };
  return codec === "avc" ? { ...config, avc: { format: "avc" } } : config;
}

/** @param {VideoEncoderConfig} config @returns {Promise<boolean>} */
async function asksEncoder(config) {
  if (!("VideoEncoder" in window)) return false; // An old browser, or a page without TLS.
  const silence = new Promise((give) => setTimeout(give, ANSWER_MS));
  const answer = VideoEncoder.isConfigSupported(config).catch(() => undefined); // Safari throws for a "no".
  return Boolean((/** @type {VideoEncoderSupport | undefined} */ (await Promise.race([answer, silence])))?.supported);
}

/** @param {string} type */
function asksRecorder(type) {
  return "MediaRecorder" in window && "captureStream" in HTMLCanvasElement.prototype && MediaRecorder.isTypeSupported(type);
}
