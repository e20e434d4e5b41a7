// Draws the ink of a work, and writes it once more as it was written.

const GRID = 4096;
/** The longest that a whole work is replayed for, and a pause between strokes that is kept. */
const LONGEST_MS = 5_000;
const PAUSE_MS = 250;

/**
 * @typedef {{char: string, strokes: number[][], outlines: string[], verdict: string, score: number | null}} Char
 */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string>} attributes */
function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The points of a stroke: places in the cell, and when each was reached. @param {number[]} flat */
function pointsOf(flat) {
  const points = [];
  let [x, y, at, width] = [0, 0, 0, 0];
  for (let i = 0; i < flat.length; i += 4) {
    x += flat[i];
    y += flat[i + 1];
    at += i ? flat[i + 2] : 0;
    width += flat[i + 3];
    points.push({ x, y, at, width });
  }
  return points;
}

export class Ink {
  #holder;
  #frame = 0;
  /** @type {{path: SVGElement, points: ReturnType<typeof pointsOf>, cell: SVGElement, from: number, to: number}[]} */
  #strokes = [];

  /** @param {HTMLElement} holder Empty afterwards but for the cells. */
  constructor(holder) {
    this.#holder = holder;
  }

  /** @param {Char[]} chars */
  show(chars) {
    this.#stop();
    this.#strokes = [];
    let time = 0;
    const cells = chars.map((char) => {
      const cell = svg("svg", { viewBox: `0 0 ${GRID} ${GRID}`, "aria-hidden": "true" });
      cell.append(svg("path", { class: "grid", d: "M8 8H4088V4088H8ZM2048 8V4088M8 2048H4088" }));
      char.strokes.forEach((flat, i) => {
        const path = svg("path", { class: "stroke", d: char.outlines[i] });
        const points = pointsOf(flat);
        const from = time + Math.min(flat[2], PAUSE_MS);
        const to = from + points[points.length - 1].at;
        this.#strokes.push({ path, points, cell, from, to });
        cell.append(path);
        time = to;
      });
      return framed(char, cell);
    });
    this.#holder.replaceChildren(...cells);
  }

  /** Writes everything once more, faster than it was when it took long. */
  replay() {
    this.#stop();
    const whole = this.#strokes.at(-1)?.to ?? 0;
    const speed = Math.max(1, whole / LONGEST_MS);
    for (const { path } of this.#strokes) path.setAttribute("visibility", "hidden");
    const begun = performance.now();
    const step = () => {
      const now = (performance.now() - begun) * speed;
      for (const stroke of this.#strokes) draw(stroke, now);
      this.#frame = now < whole ? requestAnimationFrame(step) : 0;
    };
    step();
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    for (const { path, cell } of this.#strokes) {
      path.removeAttribute("visibility");
      cell.querySelector(".wet")?.remove();
    }
  }
}

/** One stroke at a moment of the replay. */
function draw({ path, points, cell, from, to }, now) {
  if (path.getAttribute("visibility") !== "hidden" || now < from) return;
  if (now >= to) {
    path.removeAttribute("visibility");
    cell.querySelector(".wet")?.remove();
    return;
  }
  const reached = points.filter(({ at }) => from + at <= now);
  const last = reached[reached.length - 1] ?? points[0];
  let wet = cell.querySelector(".wet");
  if (!wet) cell.append((wet = svg("polyline", { class: "wet" })));
  wet.setAttribute("points", reached.map(({ x, y }) => `${x},${y}`).join(" "));
  wet.setAttribute("stroke-width", String(Math.max(60, (last.width / 255) * 0.2 * GRID)));
}

/** The cell with the character that was asked for, and what the check found. @param {Char} char */
function framed({ char, verdict, score }, cell) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = char;
  if (verdict) {
    const found = document.createElement("span");
    found.className = `score ${verdict}`;
    found.textContent = score === null ? verdict : score.toFixed(2);
    caption.append(" ", found);
  }
  figure.append(cell, caption);
  return figure;
}
