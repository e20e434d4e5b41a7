/**
 * Shows how a character is written: each stroke flows along its middle line, one after another,
 * and its number stays where it begins.
 */

import { svg } from "./dom.js";
import { UPRIGHT } from "./ghost.js";

/** Units of the data's square a millisecond, the rest between strokes, and how long it all stays. */
const SPEED = 0.9;
const REST_MS = 160;
const STAY_MS = 1800;
/** Wide enough to cover any stroke; the stroke's own shape cuts it. */
const WIDTH = 200;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {SVGSVGElement} canvas @param {import("./stroke-data.js").StrokeData} data */
export function playOrder(canvas, { strokes, medians }) {
  const upright = svg("g", { transform: UPRIGHT });
  const numbers = svg("g", { class: "order-numbers" });
  canvas.replaceChildren(upright, numbers);
  let at = 0;
  strokes.forEach((d, i) => {
    const clip = svg("clipPath", { id: `order-${i}` }, svg("path", { d }));
    const length = wayOf(medians[i]) + WIDTH;
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
    const duration = calm.matches ? 0 : length / SPEED;
    line.animate([{ strokeDashoffset: length }, { strokeDashoffset: 0 }], { delay: at, duration, fill: "both" });
    number.animate([{ opacity: 0 }, { opacity: 1 }], { delay: at, duration: calm.matches ? 0 : 150, fill: "both" });
    at += duration + (calm.matches ? 0 : REST_MS);
  });
  const stay = calm.matches ? STAY_MS * 3 : STAY_MS;
  for (const layer of [upright, numbers]) {
    const fade = layer.animate([{ opacity: 1 }, { opacity: 0 }], { delay: at + stay, duration: calm.matches ? 0 : 500 });
    fade.onfinish = () => layer.remove();
  }
}

/** @param {[number, number][]} points */
function wayOf(points) {
  let way = 0;
  for (let i = 1; i < points.length; i += 1)
    way += Math.hypot(points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]);
  return way;
}
