// One key for each thing that is done often; never while somebody writes, and not where it is turned off.

const OFF = "fanbot.keys.off";
const dialog = document.getElementById("keys");
const toggle = document.getElementById("keys-on");

function off() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false;
  }
}

if (toggle) {
  toggle.checked = !off();
  toggle.addEventListener("change", () => {
    if (toggle.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
}

function writing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function links() {
  return [...document.querySelectorAll("a.open")];
}

function current() {
  return document.activeElement?.closest("[data-messages]") ?? null;
}

function go(step) {
  const all = links();
  if (!all.length) return;
  const here = current() ? all.indexOf(current().querySelector("a.open")) : -1;
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  all[next].focus();
  all[next].closest("[data-messages]").scrollIntoView({ block: "nearest" });
}

function press(key) {
  const form = (current() ?? document.querySelector(".other"))?.querySelector(`form[data-key="${key}"]`);
  if (form) form.requestSubmit();
}

function visit(part) {
  const open = current()?.querySelector("a.open");
  if (open) location.assign(`${open.href}#${part}`);
}

const moves = {
  j: () => go(1),
  k: () => go(-1),
  c: () => press("c"),
  e: () => (current() ? visit("other") : press("e")),
  r: () => {
    const reply = document.getElementById("reply");
    if (reply) reply.focus();
    else visit("reply");
  },
  s: () => {
    const snooze = document.getElementById("snooze");
    if (!snooze) return visit("snooze");
    snooze.open = true;
    snooze.querySelector("button").focus();
  },
  "?": () => dialog?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  if (off() || dialog?.open || writing(event.target)) return;
  const move = moves[event.key];
  if (!move || event.repeat && !"jk".includes(event.key)) return;
  event.preventDefault();
  move();
});

// An address may name what somebody came for.
if (location.hash === "#reply") document.getElementById("reply")?.focus();
if (location.hash === "#snooze") moves.s();
if (location.hash === "#other") document.querySelector('.other form[data-key="e"] button')?.focus();
