/**
 * Helpers for the document.
 */

/**
 * @param {string} name The `data-testid` of the element.
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function part(name, root = document) {
  const element = root.querySelector(`[data-testid="${name}"]`);
  if (!(element instanceof HTMLElement)) throw new Error(`the page has no ${name}`);
  return element;
}

/** @param {string} name @param {ParentNode} [root] */
export function button(name, root = document) {
  return /** @type {HTMLButtonElement} */ (part(name, root));
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{class?: string, text?: string, data?: Record<string, string>}} [options]
 * @param {...Node} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  if (options.class) element.className = options.class;
  if (options.text !== undefined) element.textContent = options.text;
  Object.assign(element.dataset, options.data);
  element.append(...children);
  return element;
}

/** Writes changes only, so that a screen reader announces them once. @param {Element} element @param {string} words */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** @param {HTMLElement} element @param {Record<string, string>} data */
export function setData(element, data) {
  for (const [key, value] of Object.entries(data))
    if (element.dataset[key] !== value) element.dataset[key] = value;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An icon of `icons.svg`, which is in the document. @param {string} name */
export function icon(name) {
  const use = svg("use", { href: `#${name}` });
  return svg("svg", { class: "icon", "aria-hidden": "true" }, use);
}

/** The 米字格 behind a character. `data-grid` on the root element hides its diagonals. */
export function makeGrid() {
  return svg(
    "svg",
    { class: "grid", viewBox: "0 0 100 100", "aria-hidden": "true" },
    svg("path", { class: "grid-cross", d: "M50 0V100M0 50H100" }),
    svg("path", { class: "grid-diagonal", d: "M0 0L100 100M100 0L0 100" }),
  );
}
