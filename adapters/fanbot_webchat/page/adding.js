// The files of the message that is being written: added, removed, carried to the chat before it is sent.
import { fill, sized, words } from "./words.js";

const at = (id) => document.getElementById(id);
const [list, input, button] = [at("added"), at("file"), at("add")];
const { kinds } = input.dataset;
const largest = Number(input.dataset.largest);
const most = Number(input.dataset.most);

// Hold the files; keep(list) puts by what a reload needs, say(sentence) tells, uuid() names an upload.
export function adding({ keep, say, uuid }) {
  let files = [];

  function draw() {
    list.replaceChildren(...files.map(row));
    list.hidden = !files.length;
    keep(files.map(({ id, name, size, reference }) => ({ id, name, size, reference })));
  }

  function row(file) {
    const node = document.createElement("li");
    const told = document.createElement("span");
    const remove = document.createElement("button");
    told.textContent = `${file.name} (${sized(file.size)})`;
    if (file.wrong) told.className = "wrong";
    remove.type = "button";
    remove.textContent = words.remove;
    remove.setAttribute("aria-label", fill(words.removeNamed, file));
    remove.addEventListener("click", () => {
      files = files.filter((other) => other !== file);
      draw();
      button.focus();
      say(fill(words.removed, file));
    });
    node.append(told, remove);
    return node;
  }

  function add(chosen) {
    let told = "";
    for (const blob of chosen) {
      const file = { id: uuid(), name: blob.name, size: blob.size, blob };
      if (files.length >= most) told = fill(words.many, { n: most, name: file.name });
      else if (blob.size > largest) told = fill(words.big, { name: file.name, size: sized(largest) });
      else if (!blob.size) told = fill(words.bare, file);
      else {
        files.push(file);
        told ||= fill(words.adding, file);
      }
    }
    draw();
    if (told) say(told);
  }

  // Carry each file once; what goes wrong is thrown with a sentence for the fan, if there is one.
  async function carry(put) {
    for (let file; (file = files.find((each) => !each.reference));) {
      say(fill(words.carrying, file));
      try {
        file.reference = (await put(file)).reference;
        file.wrong = false;
      } catch (error) {
        const sentence = {
          413: words.big, 415: words.kind, 429: error.wait > 600 ? words.full : "",
          503: error.wait > 600 ? words.full : "",
        }[error.status] || (error.name === "NotReadableError" || error.name === "NotFoundError" ? words.unread : "");
        file.wrong = Boolean(sentence);
        error.sentence = sentence && fill(sentence, { name: file.name, size: sized(largest), kinds });
        throw error;
      } finally {
        draw();
      }
    }
  }

  if (most) {
    at("adding").hidden = false;
    at("limits").textContent = fill(words.limits, { n: most, size: sized(largest), kinds });
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = "";
    });
    at("form").addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      add([...event.clipboardData.files]);
    });
  }

  return {
    carry,
    get any() { return files.length > 0; },
    get references() { return files.map((file) => file.reference); },
    get ids() { return files.map((file) => file.id).join(); },
    // What was carried before a reload goes with the message; the rest, the browser let go of.
    restore(kept) {
      files = kept.filter((file) => file.reference);
      draw();
      const lost = kept.filter((file) => !file.reference).map((file) => file.name);
      if (lost.length) say(fill(words.lost, { name: lost.join(", ") }));
    },
    // These were sent, or erased.
    clear(ids) {
      if (ids !== undefined && ids !== this.ids) return;
      files = [];
      draw();
    },
    // The chat let go of them: carry them anew where the browser still has them.
    renew() {
      for (const file of files) Object.assign(file, { id: uuid(), reference: undefined, wrong: !file.blob });
      draw();
    },
  };
}
