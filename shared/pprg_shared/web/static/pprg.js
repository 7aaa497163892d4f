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
    leave(this.$button.href);
  }
};

// Where what was typed can be kept, the exit is a button of the form: it becomes the link that it is elsewhere. What was
// typed is sent on the way out, and nobody waits for it. It is handed over first: the exit takes the cookies away.
let left;
for (const button of document.querySelectorAll('button[formaction="?_exit"]')) {
  left = { form: button.form, untouched: button.value };
  const link = document.createElement("a");
  const about = { class: button.className, href: "/exit", role: "button", draggable: "false", rel: "nofollow noreferrer" };
  for (const [name, value] of Object.entries(about)) link.setAttribute(name, value);
  link.dataset.module = button.dataset.module;
  link.append(...button.childNodes);
  button.replaceWith(link);
}

function leave(to) {
  let carried = false;
  try {
    carried = keep();
  } finally {
    if (!carried) location.replace(to);
  }
}

// What browsers carry for a page that is gone is 64 kB in all, with what they say of it.
const CARRIED = 60000;

// Whether the form itself leads out: what is too long to be carried is sent as without scripts, from a page that is empty
// by then and has left the history.
function keep() {
  if (!left) return false;
  const typed = [...new FormData(left.form)].filter(([, value]) => typeof value === "string" && value.trim());
  const fields = [...typed, ["_exit", left.untouched]];
  const body = new URLSearchParams(fields);
  if (body.toString().length > CARRIED) {
    const to = new URL("?_exit", location).href;
    history.replaceState(null, "", "/exit");
    send(to, fields);
    return true;
  }
  fetch("?_exit", { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
  return false;
}

function send(to, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = to;
  form.hidden = true;
  for (const [name, value] of fields) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}

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
