// The page of one conversation: what is written is kept here until the chat said that it is saved.
import { speak, words } from "./words.js";
import { adding } from "./adding.js";
import { list, show } from "./reading.js";

const base = new URL(".", import.meta.url);
const at = (id) => document.getElementById(id);
const [log, text, state, form] = [at("log"), at("text"), at("state"), at("form")];
const LONGEST = 4000;

// What the browser keeps: the key and the name for good, what is being written for this tab. A browser
// that keeps nothing still has it until the page is closed.
function shelf(name) {
  const here = {};
  let there;
  try { there = window[name]; } catch { there = null; }
  const at = (key) => `fanbot:${base.pathname}:${key}`;
  return {
    get(key) {
      try { return (there ? there.getItem(at(key)) : here[key]) ?? here[key] ?? ""; } catch { return here[key] ?? ""; }
    },
    set(key, value) {
      here[key] = value;
      try { if (value) there?.setItem(at(key), value); else there?.removeItem(at(key)); } catch { /* kept above */ }
    },
    owns: (key, event) => event.key === at(key) || event.key === null,
    drop(key) { delete here[key]; },
  };
}
const lasting = shelf("localStorage");
const passing = shelf("sessionStorage");

function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// A file travels slower than words.
const PATIENCE = 150000;

const say = (sentence) => { state.textContent = sentence; };

// Ask the chat; a status that is no success is thrown, with the seconds to wait.
async function ask(path, { body, blob, signal, headers = {}, method = body ? "POST" : "GET" } = {}) {
  const key = lasting.get("key");
  if (key) headers.Authorization = `Visitor ${key}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(new URL(path, base), {
    method, headers, body: blob || (body && JSON.stringify(body)), signal: signal || AbortSignal.timeout(20000),
    cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
  });
  if (answer.ok) return answer;
  if (answer.status === 401 && lasting.get("key") === key) forget(words.unknown);
  throw Object.assign(new Error(String(answer.status)), {
    status: answer.status, wait: Number(answer.headers.get("Retry-After")) || 0,
  });
}

// Make a key when the first thing is sent, and not before.
async function known() {
  if (!lasting.get("key")) lasting.set("key", (await (await ask("visitors", { method: "POST" })).json()).key);
  follow();
}

function forget(sentence) {
  lasting.set("key", "");
  leave();
  show(log, [], doors);
  say(sentence);
}

// --- what is written

let sending = false;

const added = adding({ keep: (files) => passing.set("files", files.length ? JSON.stringify(files) : ""), say, uuid });

// Carry a file under its id; a second try is the same file.
async function put({ id, name, blob }) {
  if (!blob) throw Object.assign(new Error(name), { name: "NotFoundError" });
  const told = [...name].slice(-200).join("").replace(/[\ud800-\udfff]/gu, "\ufffd");
  const headers = { "Content-Type": "application/octet-stream", "File-Name": encodeURIComponent(told) };
  const bytes = new Blob([await blob.arrayBuffer()]);
  const options = { method: "PUT", headers, blob: bytes, signal: AbortSignal.timeout(PATIENCE) };
  return (await ask(`files/${id}`, options)).json();
}

// Fetch a file of this conversation; its key stands in a header, so no address opens it.
async function fetched({ id }) {
  return (await ask(`files/${id}`, { signal: AbortSignal.timeout(PATIENCE) })).blob();
}

function pending() {
  try { return JSON.parse(passing.get("pending")) || {}; } catch { return {}; }
}

// What was sent under an id that stands in the conversation is saved, whatever the answer to it was.
function settle(bubbles) {
  const { id, text: written, carried = "" } = pending();
  if (!id || !bubbles.some((bubble) => bubble.key === id)) return;
  passing.set("pending", "");
  sent(written, carried);
}

function sent(written, carried) {
  if (text.value === written) write("");
  added.clear(carried);
  say(words.saved);
}

function write(value) {
  text.value = value;
  passing.set("draft", value);
}

function trouble(error, otherwise) {
  if (error.sentence) say(error.sentence);
  else if (error.status === 429) say(words.much.replace("{n}", String(error.wait || 60)));
  else if (error.status !== 401) say(otherwise);
}

async function submit() {
  const written = text.value;
  if (sending) return;
  if (!written.trim() && !added.any) return say(words.empty);
  if ([...written].length > LONGEST) return say(words.long);
  sending = true;
  try {
    await known();
    await added.carry(put);
    const [carried, files] = [added.ids, added.references];
    let waiting = pending();
    if (waiting.text !== written || (waiting.carried || "") !== carried) waiting = { id: uuid(), text: written, carried };
    passing.set("pending", JSON.stringify(waiting));
    const body = { id: waiting.id, text: written, name: lasting.get("name") };
    await ask("messages", { body: files.length ? { ...body, files } : body });
    passing.set("pending", "");
    sent(written, carried);
    refresh();
  } catch (error) {
    if (error.status === 409 && !error.sentence) {
      added.renew();
      error.sentence = words.again;
    }
    trouble(error, words.unsent);
  } finally {
    sending = false;
  }
}

let pressed = {};

async function press(choice) {
  if (sending) return;
  sending = true;
  if (pressed.choice !== choice) pressed = { id: uuid(), choice };
  try {
    await known();
    await ask("presses", { body: { ...pressed, name: lasting.get("name") } });
    pressed = {};
    say(words.chosen);
    refresh();
  } catch (error) {
    trouble(error, words.unpressed);
  } finally {
    sending = false;
  }
}

const doors = { press, fetched, failed: () => say(words.noFile) };

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("input", () => passing.set("draft", text.value));
text.addEventListener("keydown", (event) => {
  const typed = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!typed || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  submit();
});

// --- what is said

let looking = false;
let again = false;

// Look at the conversation; while one look is under way, one more is enough.
async function refresh() {
  if (!lasting.get("key")) return;
  again = true;
  if (looking) return;
  looking = true;
  try {
    while (again) {
      again = false;
      const key = lasting.get("key");
      const { bubbles } = await (await ask("bubbles")).json();
      if (key !== lasting.get("key")) break;
      show(log, bubbles, doors);
      settle(bubbles);
    }
  } catch (error) {
    if (error.status !== 401) setTimeout(refresh, (error.wait || 5) * 1000);
  } finally {
    looking = false;
    log.removeAttribute("aria-busy");
  }
}

let line = null;
let apart = 1000;
let next = 0;

function leave() {
  clearTimeout(next);
  line?.abort();
  line = null;
}

// Hold one stream open; every word on it is a reason to look.
async function follow() {
  if (line || !lasting.get("key")) return;
  clearTimeout(next);
  const mine = new AbortController();
  line = mine;
  let elsewhere = false;
  let silence = 0;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => mine.abort(), 45000);
  };
  try {
    heard();
    const reader = (await ask("stream", { signal: mine.signal })).body.pipeThrough(new TextDecoderStream()).getReader();
    if (state.textContent === words.cut) say("");
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      heard();
      apart = 1000;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      if (lines.includes("event: changed")) refresh();
      elsewhere ||= lines.includes("event: elsewhere");
    }
  } catch (error) {
    if (line === mine && !error.status && !state.textContent) say(words.cut);
    apart = Math.max(apart, (error.wait || 0) * 1000);
  }
  clearTimeout(silence);
  if (line !== mine) return;
  line = null;
  // Another page of this visitor took the place: this one looks again when somebody looks at it.
  if (!elsewhere) next = setTimeout(follow, apart * (1 + Math.random() / 2));
  apart = Math.min(apart * 2, 30000);
}

addEventListener("focus", follow);
addEventListener("online", follow);
document.addEventListener("visibilitychange", () => { if (!document.hidden) follow(); });
addEventListener("storage", (event) => {
  if (!lasting.owns("key", event)) return;
  lasting.drop("key");
  leave();
  if (!lasting.get("key")) show(log, [], doors);
  follow();
});

// --- what is kept

const tell = (sentence) => { at("told").textContent = sentence; };

function opened(id) {
  tell("");
  at(id).showModal();
}

async function exported(path) {
  return lasting.get("key") ? (await ask(path, { signal: AbortSignal.timeout(PATIENCE) })).blob() : new Blob([]);
}

async function attempt(deed) {
  try { await deed(); } catch (error) {
    tell(error.status === 429 ? words.much.replace("{n}", String(error.wait || 60)) : words.failed);
  }
}

at("menu").addEventListener("click", () => {
  at("name").value = lasting.get("name");
  opened("options");
});
for (const button of document.querySelectorAll(".close")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
at("naming").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = [...at("name").value.trim()].slice(0, 60).join("");
  lasting.set("name", name);
  tell(name ? words.named : words.unnamed);
});
at("see").addEventListener("click", () => attempt(async () => {
  const records = (await (await exported("export?contents=no")).text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  list(at("records"), records);
  opened("kept");
}));
at("download").addEventListener("click", () => attempt(async () => {
  const copy = URL.createObjectURL(await exported("export"));
  const link = document.createElement("a");
  link.href = copy;
  link.download = "conversation.jsonl";
  link.click();
  setTimeout(() => URL.revokeObjectURL(copy), 60000);
  tell(words.copied);
}));
at("erase").addEventListener("click", () => opened("sure"));
at("yes").addEventListener("click", () => attempt(async () => {
  at("sure").close();
  if (lasting.get("key")) await ask("erase", { method: "POST" });
  for (const key of ["draft", "pending"]) passing.set(key, "");
  lasting.set("name", "");
  at("name").value = "";
  write("");
  pressed = {};
  added.clear();
  forget(words.erased);
  tell(words.erased);
}));

speak();
// What somebody wrote before this script came is not written over.
write(text.value || passing.get("draft"));
try { added.restore(JSON.parse(passing.get("files") || "[]")); } catch { added.clear(); }
for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
if (lasting.get("key")) log.setAttribute("aria-busy", "true");
refresh();
follow();
