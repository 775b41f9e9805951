// What changes by itself: the parts of a page that are fetched anew, and how long ago things were.

const news = document.getElementById("news");
const title = document.title;

// A part that the server need not send again: its mark goes with the request, and 304 changes nothing.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const mark = ctx.sourceElement.dataset.etag;
  if (mark) ctx.request.headers["If-None-Match"] = mark;
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const mark = ctx.response.headers.get("ETag");
  if (mark && "live" in ctx.sourceElement.dataset) ctx.sourceElement.dataset.etag = mark;
});

function counted() {
  const counts = new Map();
  for (const item of document.querySelectorAll("[data-item][data-messages]")) {
    counts.set(item.dataset.item, Number(item.dataset.messages));
  }
  return counts;
}

let known = counted();
document.addEventListener("htmx:after:swap", () => {
  if (!document.getElementById("queue")) return;
  const now = counted();
  let fresh = 0;
  for (const [item, messages] of now) fresh += Math.max(0, messages - (known.get(item) ?? 0));
  known = now;
  if (!fresh) return;
  news.textContent = fresh === 1 ? "1 new message waits" : `${fresh} new messages wait`;
  if (document.hidden) document.title = `(${fresh}) ${title}`;
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});

// The stream says at once that it is there; whoever looks at the page can tell that it is live.
document.getElementById("live")?.addEventListener("changed", (event) => {
  event.target.dataset.heard = "yes";
});

// A stream that is refused because nobody is signed in any more leads to the door.
document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail.status === 401) location.reload();
});

function said(seconds) {
  for (const [size, name] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
    const count = Math.floor(seconds / size);
    if (count) return `${count} ${name}${count === 1 ? "" : "s"} ago`;
  }
  return "under a minute ago";
}

// The clock of this device may be wrong: the server's stands in the page, and we count from there.
const ahead = Date.now() - Date.parse(document.body.dataset.now ?? new Date().toISOString());
setInterval(() => {
  for (const ago of document.querySelectorAll("time > [data-ago]")) {
    const past = (Date.now() - ahead - Date.parse(ago.parentElement.dateTime)) / 1000;
    ago.textContent = said(past);
  }
}, 30_000);
