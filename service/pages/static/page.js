// What a page does beyond HTML: times of this place, and what is told live. Without it all works.
"use strict";

// The reader's own variety of the page's language: 29 Nov in Britain, Nov 29 in America.
const locale = () => {
  const { lang } = document.documentElement;
  return navigator.languages.find((each) => each.split("-")[0] === lang.split("-")[0]) ?? lang;
};

const MOMENT = {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
  timeZoneName: "short",
};

const localTimes = (root) => {
  for (const each of root.querySelectorAll("time[datetime]")) {
    const when = new Date(each.dateTime);
    if (!Number.isNaN(when.getTime())) {
      each.textContent = when.toLocaleString(locale(), MOMENT);
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

// Who asked for it is told by the browser that a task has ended, as long as a page of ours is open.
const NOTICES = "sgn-notices"; // remembered by this browser

const mayNotify = () => "Notification" in window && window.isSecureContext;
const wantsNotices = () => mayNotify() && Notification.permission === "granted" && localStorage.getItem(NOTICES) === "yes";

const showNotices = () => {
  for (const button of document.querySelectorAll("[data-notices]")) {
    button.hidden = !mayNotify();
    button.setAttribute("aria-pressed", String(wantsNotices()));
  }
};

const switchNotices = async (event) => {
  const button = event.target.closest("[data-notices]");
  if (!button) { return; }
  const wanted = !wantsNotices();
  const permission = wanted ? await Notification.requestPermission() : "";
  localStorage.setItem(NOTICES, wanted && permission === "granted" ? "yes" : "no");
  if (permission === "denied") { button.nextElementSibling.textContent = button.dataset.denied; }
  showNotices();
};

// Several pages may be open: a notice of the same task takes the place of the other.
const notifyEnd = async (taskId, name, state) => {
  if (!wantsNotices()) { return; }
  const address = `/tasks/${encodeURIComponent(taskId)}`;
  const options = { body: state, tag: taskId, icon: document.querySelector('link[rel="icon"]').href, data: address };
  try {
    const notice = new Notification(name, options);
    notice.addEventListener("click", () => { window.focus(); window.location.assign(address); });
  } catch { // on phones a page may not, but a worker of it may
    await navigator.serviceWorker.register(document.querySelector("[data-notices]").dataset.worker, { scope: "/" });
    await (await navigator.serviceWorker.ready).showNotification(name, options);
  }
};

// Whoever uses this browser next is not to see what somebody else was about to send.
const forgetDraft = (event) => {
  if (event.target.getAttribute("action") === "/sign-out") { localStorage.removeItem("sgn-draft"); }
};

// What the reader has unfolded stays so where the service sends it anew.
let unfolded = new Set();
const foldName = (fold) => `${fold.parentElement.closest("[id]")?.id} ${fold.firstElementChild.textContent.trim()}`;
const keepFolds = () => { unfolded = new Set([...document.querySelectorAll("details[open]")].map(foldName)); };
const restoreFolds = () => {
  for (const fold of document.querySelectorAll("details:not([open])")) { fold.open = unfolded.has(foldName(fold)); }
};

document.addEventListener("submit", forgetDraft);
document.addEventListener("submit", sayWaiting);
document.addEventListener("click", switchNotices);
document.addEventListener("htmx:afterSettle", showNotices);
window.addEventListener("storage", showNotices);
showNotices();
document.addEventListener("click", closeMenus);
document.addEventListener("click", copy);
document.addEventListener("input", filterRows);
document.addEventListener("keydown", closeMenus);
document.addEventListener("htmx:afterSwap", () => localTimes(document));
document.addEventListener("htmx:beforeSwap", keepFolds);
document.addEventListener("htmx:oobAfterSwap", restoreFolds);
document.addEventListener("htmx:afterSwap", restoreFolds);
localTimes(document);
