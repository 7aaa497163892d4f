// Every page works without this. It folds the menu on narrow screens, counts the characters that are left,
// leads from the error summary to the fields, takes a double click for one, and keeps standard words in step with
// the choice that they follow, until somebody changes them.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

for (const box of document.querySelectorAll("textarea[data-follows]")) {
  const standard = JSON.parse(box.dataset.standard);
  box.form.addEventListener("change", ({ target }) => {
    if (target.name !== box.dataset.follows || !Object.values(standard).includes(box.value)) return;
    box.value = standard[target.value];
    box.dispatchEvent(new Event("keyup"));
  });
}
