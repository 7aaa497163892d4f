// Every page works without this. It folds the menu on narrow screens, counts the characters that are left,
// leads from the error summary to the fields, takes a double click for one, and keeps standard words in step with
// the choice that they follow, until somebody changes them. Three presses of Shift leave at once.
import { ExitThisPage, initAll } from "./govuk-frontend.min.js";

// Theirs goes on to the other address, from where Back shows the page again. Ours leaves nothing to go back to.
ExitThisPage.prototype.exitPage = function () {
  document.body.replaceChildren();
  try {
    sessionStorage.setItem("left", "1");
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
  } finally {
    location.replace(this.$button.href);
  }
};

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
