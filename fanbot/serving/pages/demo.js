"use strict";
// On a phone the two sides are tabs; the arrow keys move between them.
const tabs = [...document.querySelectorAll("[role=tab]")];
function show(chosen) {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).classList.toggle("away", !on);
  }
}
for (const tab of tabs) {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs[(tabs.indexOf(tab) + 1) % tabs.length];
    show(other);
    other.focus();
  });
}
show(tabs[0]);
