/**
 * Where on its host the service is: a proxy may show it below a path.
 */

/** In front of every address of the service: "" at the root, else like "/jielong". */
export const BASE_PATH = document.documentElement.dataset.base ?? "";
