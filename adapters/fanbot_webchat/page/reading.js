// How a conversation is shown: every word as text, and no word as markup.
import { fill as filled, sized, words } from "./words.js";

const LINK = /https?:\/\/[^\s<>"'`\u2018-\u201f]+/g;
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" });

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Put text into a node; addresses of pages become links that tell the page nothing.
function fill(node, text) {
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const shown = found[0].replace(/[.,;:!?)\]}*_]+$/, "");
    let target;
    try { target = new URL(shown); } catch { continue; }
    if (target.protocol !== "http:" && target.protocol !== "https:") continue;
    node.append(text.slice(end, found.index));
    const link = make("a", "", shown);
    link.href = target.href;
    link.rel = "noopener noreferrer nofollow";
    link.target = "_blank";
    node.append(link);
    end = found.index + shown.length;
  }
  node.append(text.slice(end));
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

// Save a file under its name; it never opens as a page of ours.
async function save(file, { fetched, failed }) {
  try {
    const address = URL.createObjectURL(await fetched(file));
    const link = make("a");
    link.href = address;
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  } catch { failed(); }
}

// Fetch a picture when it comes near the view; what cannot be shown keeps its name.
function picture(file, { fetched }) {
  const image = make("img");
  image.alt = filled(words.picture, file);
  const watch = new IntersectionObserver(async (entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    try {
      const address = URL.createObjectURL(await fetched(file));
      image.onload = () => URL.revokeObjectURL(address);
      image.onerror = () => image.replaceWith(image.alt);
      image.src = address;
    } catch { image.replaceWith(image.alt); }
  }, { root: document.getElementById("log"), rootMargin: "300px" });
  watch.observe(image);
  return image;
}

// List the files of a bubble: pictures small, everything else by name; each can be saved.
function fileNodes(files, doors) {
  const list = make("ul", "files");
  list.setAttribute("aria-label", words.files);
  for (const file of files) {
    const link = make("a");
    link.href = `files/${file.id}`;
    link.title = filled(words.save, file);
    link.append(PICTURES.includes(file.media_type) ? picture(file, doors) : file.name);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      save(file, doors);
    });
    const item = make("li");
    item.append(link, " ", make("span", "size", sized(file.size)));
    list.append(item);
  }
  return list;
}

// Make the node of one bubble; doors lead to what its buttons and files need.
export function bubbleNode(bubble, doors) {
  const voice = bubble.voice === "fan" || bubble.voice === "person" ? bubble.voice : "assistant";
  const node = make("article", `bubble ${voice}`);
  node.dataset.key = bubble.key;
  const who = make("p", "who", words[voice]);
  const at = new Date(bubble.at);
  if (!Number.isNaN(at.getTime())) {
    const time = make("time", "", clock.format(at));
    time.dateTime = bubble.at;
    who.append(" ", time);
  }
  const text = make("p", "text");
  text.dir = "auto";
  if (voice === "fan") text.textContent = bubble.text;
  else fill(text, bubble.text);
  node.append(who);
  if (bubble.text || !bubble.files.length) node.append(text);
  if (bubble.files.length) node.append(fileNodes(bubble.files, doors));
  if (bubble.choices.length) {
    const choices = make("div", "choices");
    choices.setAttribute("role", "group");
    choices.setAttribute("aria-label", words.choices);
    for (const choice of bubble.choices) {
      const button = make("button", "", choice.label);
      button.type = "button";
      button.addEventListener("click", () => doors.press(choice.id));
      choices.append(button);
    }
    node.append(choices);
  }
  return node;
}

// Show what the page has not shown yet, and take away what is no longer there.
export function show(log, bubbles, doors) {
  const shown = new Map([...log.children].map((node) => [node.dataset.key, node]));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  let before = null;
  let fresh = false;
  for (const bubble of bubbles) {
    let node = shown.get(bubble.key);
    if (node) shown.delete(bubble.key);
    else {
      node = bubbleNode(bubble, doors);
      fresh = true;
    }
    const place = before ? before.nextSibling : log.firstChild;
    if (node !== place) log.insertBefore(node, place);
    before = node;
  }
  for (const node of shown.values()) node.remove();
  if (fresh && (atEnd || bubbles.at(-1).voice === "fan")) log.scrollTop = log.scrollHeight;
}

// List the records of an export, field by field.
export function list(place, records) {
  place.replaceChildren();
  if (!records.length) place.append(make("p", "", words.nothing));
  for (const { type, ...fields } of records) {
    const facts = make("dl");
    for (const [name, value] of Object.entries(fields)) {
      if (value === null || value === "") continue;
      facts.append(make("dt", "", name));
      facts.append(make("dd", "", typeof value === "object" ? JSON.stringify(value, null, 1) : String(value)));
    }
    place.append(make("h3", "", String(type)), facts);
  }
}
