// Puts new figures in the place of old ones as soon as the service tells them, while somebody looks.

const AGAIN_MS = 2000;

/** The lines of an answer, each as it comes. */
async function* linesOf(body) {
  let rest = "";
  for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

/** Follows the figures until the answer ends; whether they came. */
async function follow(figures, signal) {
  const answer = await fetch(figures.dataset.live, { signal });
  if (answer.redirected) location.reload();
  if (!answer.ok || answer.redirected) return false;
  figures.classList.remove("stale");
  for await (const line of linesOf(answer.body)) {
    for (const [id, html] of Object.entries(JSON.parse(line))) {
      document.getElementById(id).innerHTML = html;
    }
  }
  return true;
}

/** Follows them for as long as the page is visible. */
async function followAlways(figures) {
  for (;;) {
    if (document.hidden) {
      await new Promise((shown) =>
        document.addEventListener("visibilitychange", shown, { once: true }),
      );
      continue;
    }
    const hidden = new AbortController();
    const end = () => hidden.abort();
    document.addEventListener("visibilitychange", end, { once: true });
    const began = performance.now();
    const came = await follow(figures, hidden.signal).catch(() => false);
    document.removeEventListener("visibilitychange", end);
    if (hidden.signal.aborted || (came && performance.now() - began > AGAIN_MS)) continue;
    figures.classList.toggle("stale", !came);
    await new Promise((over) => setTimeout(over, AGAIN_MS));
  }
}

for (const figures of document.querySelectorAll("[data-live]")) followAlways(figures);
