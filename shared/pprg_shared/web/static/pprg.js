// Every page works without this. It folds the menu on narrow screens, counts the characters that are left,
// leads from the error summary to the fields, and takes a double click for one.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
