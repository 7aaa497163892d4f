// For whoever is signed in: two minutes before their sign-in ends for want of pages they are asked whether they stay.
// Without this the sign-in ends all the same, and what is sent after that is kept until they have signed in again.
const box = document.getElementById("pprg-idle");
const [asked, over] = [box.querySelector("[data-asked]"), box.querySelector("[data-over]")];
const tabs = new BroadcastChannel("pprg-here");
const lasts = Number(box.dataset.seconds) * 1000;
const warning = 120 * 1000;
let ends = Date.now() + lasts;
let typed = false;

function here() {
  ends = Date.now() + lasts;
  document.body.classList.remove("pprg-hidden");
  over.hidden = true;
  box.close();
}

function show(part) {
  asked.hidden = part !== asked;
  over.hidden = part !== over;
  if (!box.open) box.showModal();
}

function end() {
  if (!typed) {
    location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  document.body.classList.add("pprg-hidden");
  show(over);
}

function look() {
  if (over.hidden && Date.now() >= ends) end();
  else if (over.hidden && Date.now() >= ends - warning) show(asked);
}

async function stay() {
  const answer = await fetch("/session/stay", { headers: { Accept: "application/json" } }).catch(() => null);
  const { signed_in: still } = answer?.ok ? await answer.json() : { signed_in: false };
  if (!still) return end();
  tabs.postMessage("here");
  here();
}

tabs.addEventListener("message", here);
tabs.postMessage("here");
document.addEventListener("input", () => (typed = true));
box.addEventListener("cancel", (event) => event.preventDefault());
box.querySelector("[data-stay]").addEventListener("click", stay);
box.querySelector("[data-back]").addEventListener("click", stay);
setInterval(look, 1000);
