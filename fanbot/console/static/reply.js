// A reply: what is written is kept at every stop, it is sent once, and can be taken back for ten seconds.

const STORE = "fanbot.draft.";
const PAUSE = 700;
const root = document.body.dataset.root;

function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing still has the words in the field, and the server has the draft.
  }
}

const form = document.querySelector("form[data-reply]");
if (form) {
  const item = form.dataset.reply;
  const field = form.elements.text;
  const note = document.getElementById("kept");
  const key = `${STORE}${item}`;
  let timer;

  const unsaved = recall(key);
  if (unsaved && !("kept" in form.dataset) && unsaved !== field.value) {
    field.value = unsaved;
    note.textContent = "These words were kept in this browser.";
  }

  async function keep() {
    const text = field.value;
    try {
      const answer = await fetch(`${root}/items/${item}/draft`, {
        method: "POST",
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
        body: new URLSearchParams({ text }),
        keepalive: text.length < 20_000,
      });
      if (field.value !== text) return;
      if (answer.status === 204) {
        remember(key, "");
        note.textContent = text ? "Draft kept." : "";
      } else {
        note.textContent = "Kept in this browser.";
      }
    } catch {
      note.textContent = "The connection is cut. Your words are kept in this browser.";
    }
  }

  field.addEventListener("input", () => {
    remember(key, field.value);
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape") field.blur();
  });

  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    remember(key, field.value);
    const button = form.querySelector("button");
    button?.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (answer.ok && answer.redirected) {
        if (!new URL(answer.url).pathname.endsWith("/sign-in")) remember(key, "");
        const here = new URL(location.href);
        const there = new URL(answer.url);
        if (here.pathname === there.pathname) location.reload();
        else location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.getElementById("told");
      const words = told?.textContent.trim() || "That did not work; nothing was sent.";
      const banner = document.createElement("p");
      banner.className = "banner bad";
      banner.setAttribute("role", "alert");
      banner.textContent = words;
      document.getElementById("told").replaceChildren(banner);
      banner.scrollIntoView({ block: "center" });
      note.textContent = "Your words are kept here; nothing was sent.";
    } catch {
      note.textContent = "The connection is cut. Your words are kept here. Press Send again; it is sent once.";
    } finally {
      sending = false;
      button?.removeAttribute("aria-disabled");
    }
  });
}

const undo = document.querySelector("form[data-undo]");
if (undo) {
  const left = undo.querySelector("[data-left]");
  const end = performance.now() + Number(undo.dataset.undo) * 1000;
  // A screen reader hears the beginning and the end, not every second between.
  left.parentElement.removeAttribute("role");
  undo.querySelector("button").focus();
  const timer = setInterval(() => {
    const seconds = Math.ceil((end - performance.now()) / 1000);
    if (seconds > 0) {
      left.textContent = seconds === 1 ? "1 second" : `${seconds} seconds`;
      return;
    }
    clearInterval(timer);
    const gone = document.querySelector("[data-left-now]");
    undo.hidden = true;
    gone.hidden = false;
    document.getElementById("news").textContent = gone.textContent;
    document.getElementById("main").focus();
  }, 250);
}

for (const leaving of document.querySelectorAll("form[data-leaves]")) {
  leaving.addEventListener("submit", () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(STORE)) localStorage.removeItem(key);
  });
}
