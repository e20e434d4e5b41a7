/**
 * Shows what a campaign would look like while it is edited, and what is wrong beside each field. The
 * service renders and checks it, with the validator that saving uses.
 */

const PAUSE_MS = 400;
const COLOURS = ["accent", "paper", "on-accent", "on-paper"];

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-preview]"));
const panel = document.getElementById("preview");

/** Gives each preview its colours: the policy of the page allows no style in its markup. */
function paint() {
  for (const preview of panel?.querySelectorAll(".preview") ?? []) {
    for (const name of COLOURS) {
      const colour = preview.getAttribute(`data-${name}`);
      if (colour) /** @type {HTMLElement} */ (preview).style.setProperty(`--preview-${name}`, colour);
    }
  }
}

/** Puts the errors that came with the preview beside their fields. */
function showErrors() {
  for (const old of form?.querySelectorAll("[data-live]") ?? []) old.remove();
  for (const item of panel?.querySelectorAll("[data-field]") ?? []) {
    const input = document.getElementById(`field-${item.getAttribute("data-field")}`);
    const field = input?.closest(".field");
    if (!field || field.querySelector(".error")) continue;
    const error = document.createElement("p");
    error.className = "error";
    error.dataset.live = "";
    error.textContent = item.textContent;
    field.append(error);
  }
}

async function refresh() {
  if (!form || !panel) return;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) body.append(name, String(value));
  const answer = await fetch(form.dataset.preview ?? "", { method: "POST", body });
  if (!answer.ok) return;
  panel.innerHTML = await answer.text();
  paint();
  showErrors();
}

let waiting = 0;
paint();
form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    refresh().catch(() => {}); // the next change asks again
  }, PAUSE_MS);
});
