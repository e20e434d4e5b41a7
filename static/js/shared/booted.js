/**
 * Marks the document when the modules begin to run; `too-old.js` looks for the mark. A page imports
 * this module first, because modules that await their texts run after `too-old.js` has looked.
 */

document.documentElement.dataset.booted = "yes";
