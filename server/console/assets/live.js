// Puts new figures in the place of old ones every 2 s, while somebody looks.

const EVERY_MS = 2000;

/** @param {HTMLElement} part */
async function refresh(part) {
  if (document.hidden) return;
  try {
    const answer = await fetch(part.dataset.live, { signal: AbortSignal.timeout(5000) });
    if (answer.redirected) location.reload();
    else if (answer.ok) part.innerHTML = await answer.text();
    part.classList.toggle("stale", !answer.ok);
  } catch {
    part.classList.add("stale");
  }
}

for (const part of document.querySelectorAll("[data-live]")) {
  setInterval(refresh, EVERY_MS, part);
  document.addEventListener("visibilitychange", () => refresh(part));
}
