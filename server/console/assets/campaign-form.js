/**
 * Helps to fill in the editor: makes a secret for reports, and proposes the time zone of who edits.
 */

const SECRET_BYTES = 32;

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("button[data-secret]"))) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.secret ?? ""));
    const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    field.type = "text"; // it has to be copied, and is shown this once
    field.value = `whsec_${btoa(String.fromCharCode(...bytes))}`;
    field.select();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const status = button.parentElement?.querySelector("[role=status]");
    if (status) status.textContent = button.dataset.made ?? "";
  });
}

const zone = /** @type {HTMLInputElement | null} */ (document.getElementById("field-time_zone"));
for (const name of ["opens", "closes"])
  document.getElementById(`field-${name}`)?.addEventListener("input", () => {
    if (zone && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
