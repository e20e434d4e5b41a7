/**
 * Plays the stroke order of a character: draws each stroke along its median line, one after
 * another, and its number where it begins.
 */

import { svg } from "../shared/dom.js";
import { UPRIGHT } from "./stroke-data.js";

/** Speed in units of the data a millisecond, the pause between strokes, and how long the result stays. */
const SPEED = 0.9;
const PAUSE_MS = 160;
const STAY_MS = 1800;
/** Wide enough to cover any stroke; the outline of the stroke clips it. */
const WIDTH = 200;

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {SVGSVGElement} canvas @param {import("./stroke-data.js").StrokeData} data */
export function playOrder(canvas, { strokes, medians }) {
  const upright = svg("g", { transform: UPRIGHT });
  const numbers = svg("g", { class: "order-numbers" });
  canvas.replaceChildren(upright, numbers);
  let at = 0;
  strokes.forEach((d, i) => {
    const clip = svg("clipPath", { id: `order-${i}` }, svg("path", { d }));
    const length = lengthOf(medians[i]) + WIDTH;
    const line = svg("path", {
      class: "order-stroke",
      d: `M${medians[i].map((point) => point.join(" ")).join("L")}`,
      "clip-path": `url(#order-${i})`,
      "stroke-width": String(WIDTH),
      "stroke-dasharray": `${length} ${length}`,
    });
    upright.append(clip, line);
    const [x, y] = medians[i][0];
    const number = svg("text", { x: String(x), y: String(900 - y) });
    number.textContent = String(i + 1);
    numbers.append(number);
    const duration = reducedMotion.matches ? 0 : length / SPEED;
    line.animate([{ strokeDashoffset: length }, { strokeDashoffset: 0 }], { delay: at, duration, fill: "both" });
    number.animate([{ opacity: 0 }, { opacity: 1 }], { delay: at, duration: reducedMotion.matches ? 0 : 150, fill: "both" });
    at += duration + (reducedMotion.matches ? 0 : PAUSE_MS);
  });
  const stay = reducedMotion.matches ? STAY_MS * 3 : STAY_MS;
  for (const layer of [upright, numbers]) {
    const fade = layer.animate([{ opacity: 1 }, { opacity: 0 }], { delay: at + stay, duration: reducedMotion.matches ? 0 : 500 });
    fade.onfinish = () => layer.remove();
  }
}

/** @param {[number, number][]} points */
function lengthOf(points) {
  let length = 0;
  for (let i = 1; i < points.length; i += 1)
    length += Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
  return length;
}
