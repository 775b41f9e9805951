// Put a chat button on any page: <script src="https://…/chat/embed.js" data-label="Write to us" async></script>
(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src);
  const label = script.dataset.label || "Chat";
  const narrow = matchMedia("(max-width: 30rem), (max-height: 30rem)");
  const dress = (node, style) => Object.assign(node.style, style);

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  dress(button, {
    position: "fixed", right: "1rem", bottom: "1rem", zIndex: "2147483646", minHeight: "2.75rem",
    padding: "0.5rem 1.25rem", border: "2px solid #fff", borderRadius: "1.5rem", background: "#0b5f4d",
    color: "#fff", font: "600 1rem/1.5 system-ui, sans-serif", cursor: "pointer",
  });

  let frame = null;
  function fit() {
    if (!frame) return;
    dress(frame, narrow.matches
      ? { right: "0", bottom: "4.5rem", width: "100%", height: "calc(100% - 4.5rem)", borderRadius: "0" }
      : { right: "1rem", bottom: "4.75rem", width: "24rem", height: "min(38rem, calc(100% - 6rem))", borderRadius: "0.75rem" });
  }
  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.src = base.href;
      frame.title = label;
      frame.referrerPolicy = "no-referrer";
      dress(frame, { position: "fixed", zIndex: "2147483647", border: "1px solid #8a857e", colorScheme: "normal" });
      fit();
      button.after(frame);
    }
    frame.style.display = "block";
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  }
  function close() {
    frame.style.display = "none";
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  button.addEventListener("click", () => (button.getAttribute("aria-expanded") === "true" ? close() : open()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") close();
  });
  narrow.addEventListener("change", fit);
  const begin = () => document.body.append(button);
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
