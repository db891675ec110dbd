// What a page does beyond HTML: times of this place, and what is told live. Without it all works.
"use strict";

const localTimes = (root) => {
  for (const each of root.querySelectorAll("time[datetime]")) {
    const when = new Date(each.dateTime);
    if (!Number.isNaN(when.getTime())) {
      each.textContent = when.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    }
  }
};

// A menu closes when something else is used.
const closeMenus = (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.key === "Escape" || (event.type === "click" && !menu.contains(event.target))) {
      menu.open = false;
    }
  }
};

// A button copies what it names, and says for a moment that it has.
const copy = async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) { return; }
  const source = document.querySelector(button.dataset.copy);
  // A browser lets a page copy only where it came over TLS or from this machine.
  if (!navigator.clipboard) { window.getSelection().selectAllChildren(source); return; }
  await navigator.clipboard.writeText(source.textContent);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
};

// A search field shows the rows that hold what was typed; what is chosen stays in sight.
const filterRows = (event) => {
  const rows = event.target.dataset.filter;
  if (!rows) { return; }
  const wanted = event.target.value.trim().toLowerCase();
  for (const row of document.querySelectorAll(rows)) {
    const kept = row.textContent.toLowerCase().includes(wanted) || row.querySelector(":checked");
    row.hidden = !kept;
  }
};

// A form whose answer takes a while says what it waits for.
const sayWaiting = (event) => {
  const place = event.target.dataset.waits && document.querySelector(event.target.dataset.waits);
  if (place) { place.hidden = false; }
};

document.addEventListener("submit", sayWaiting);
document.addEventListener("click", closeMenus);
document.addEventListener("click", copy);
document.addEventListener("input", filterRows);
document.addEventListener("keydown", closeMenus);
document.addEventListener("htmx:afterSwap", () => localTimes(document));
localTimes(document);
