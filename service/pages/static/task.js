// A task as it goes on: told by its events, drawn by the service; its log where that is opened.
"use strict";

const LEAST_MS = 1000;
const WINDOW = 10;

const part = () => document.querySelector("#task");
const address = (what) => `/tasks/${part().dataset.task}${what}`;

let waits = null;
let last = 0;
const heard = []; // when which epoch was told

const speed = () => {
  const [first, end] = [heard[0], heard.at(-1)];
  if (!first || end.epoch <= first.epoch) { return "—"; }
  const rate = (1000 * (end.epoch - first.epoch)) / (end.at - first.at);
  return rate < 10 ? rate.toFixed(1) : rate.toFixed(0);
};

const showSpeed = () => {
  const shown = document.querySelector("[data-speed]");
  if (shown) { shown.textContent = speed(); }
};

const refresh = async () => {
  waits = null;
  last = Date.now();
  await htmx.ajax("GET", address("/live"), { target: "#live", swap: "innerHTML" });
  showSpeed();
  for (const log of document.querySelectorAll("[data-log][open]")) { readLog(log); }
};

// At most once a second, however much is told.
const soon = () => {
  waits ??= setTimeout(refresh, Math.max(0, last + LEAST_MS - Date.now()));
};

const ended = (events, status) => {
  events.close();
  const { task, name, states } = part().dataset;
  if (status !== "Cancelled") { notifyEnd(task, name, JSON.parse(states)[status]); }
  clearTimeout(waits);
  htmx.ajax("GET", address(""), { target: "#task", select: "#task", swap: "outerHTML" });
};

const watch = () => {
  const events = new EventSource(`/api/v0/tasks/${part().dataset.task}/events`);
  events.addEventListener("epoch", soon);
  events.addEventListener("progress", (event) => {
    heard.push({ epoch: JSON.parse(event.data).epoch, at: Date.now() });
    if (heard.length > WINDOW) { heard.shift(); }
    soon();
  });
  events.addEventListener("status", (event) => {
    const status = JSON.parse(event.data).task_status;
    if (["Finished", "Failed", "Cancelled"].includes(status)) { ended(events, status); } else { soon(); }
  });
};

// The log is text, and is put in as text.
const readLog = async (log) => {
  const shown = log.querySelector("pre");
  const reply = await fetch(log.dataset.log);
  const text = reply.ok ? await reply.text() : "";
  shown.textContent = text.trim() || shown.dataset.none;
};

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("[data-log][open]")) { readLog(event.target); }
}, true);

// The brain that is turned is large, and fetched only where it was asked for.
document.addEventListener("htmx:afterSwap", async (event) => {
  const root = event.target.querySelector?.("[data-brain]");
  if (event.target.id !== "brain" || !root) { return; }
  const { show } = await import(event.target.dataset.module);
  await show(root);
});

if (part().dataset.over === "no") { watch(); }
