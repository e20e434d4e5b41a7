/**
 * The page's modules are all there and begin to run. Imported first, for the words, which others
 * wait for, come later than too-old.js looks.
 */

document.documentElement.dataset.alive = "yes";
