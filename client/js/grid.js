/**
 * The place of a character in a grid of cells.
 */

/**
 * The column of a character, counted from the left.
 * @param {number} i Its place in the phrase.
 * @param {number} columns
 * @param {"ltr" | "rtl"} direction
 */
export function columnOf(i, columns, direction) {
  const column = i % columns;
  return direction === "rtl" ? columns - 1 - column : column;
}
