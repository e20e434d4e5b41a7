/**
 * Where the style sheets are that the page loads later. The bundle has another version of this
 * module, with the names of the sheets in it.
 */

/** @param {string} name The sheet's name in `static/css`. */
export const styleUrl = (name) => new URL(`../../css/${name}.css`, import.meta.url).href;
