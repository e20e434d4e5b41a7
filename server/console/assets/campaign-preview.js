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

/** Puts the errors that came with the preview beside their fields, and takes the others away. */
function showErrors() {
  const errors = new Map();
  for (const item of panel?.querySelectorAll("[data-field]") ?? [])
    errors.set(`field-${item.getAttribute("data-field")}`, item.textContent);
  for (const field of form?.querySelectorAll(".field") ?? []) {
    const input = field.querySelector("input, select, textarea");
    if (input) showError(field, input, errors.get(input.id) ?? "");
  }
}

/** @param {Element} field @param {Element} input @param {string} said What is wrong; "" for nothing. */
function showError(field, input, said) {
  const id = `${input.id}-error`;
  const described = [`${input.id}-hint`, id].filter((it) => (it === id ? said : document.getElementById(it)));
  field.classList.toggle("wrong", Boolean(said));
  if (said) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (described.length) input.setAttribute("aria-describedby", described.join(" "));
  else input.removeAttribute("aria-describedby");
  let error = document.getElementById(id);
  if (!said) return error?.remove();
  if (!error) {
    error = Object.assign(document.createElement("p"), { className: "error", id });
    field.append(error);
  }
  error.textContent = said;
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
// What was not saved is shown, too.
if (form?.querySelector("[aria-invalid], .keep [role=status]")) refresh().catch(() => {});
form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    refresh().catch(() => {}); // the next change asks again
  }, PAUSE_MS);
});
