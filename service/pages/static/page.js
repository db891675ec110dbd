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

document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
document.addEventListener("htmx:afterSwap", (event) => localTimes(event.target));
localTimes(document);
