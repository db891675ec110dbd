// What a page is told while it is looked at: states and progress, without loading it again.
"use strict";

const list = () => document.getElementById("tasks");
const live = document.getElementById("live");
const SECOND = 1000;

const left = (seconds) => {
  const [second, minute, hour] = JSON.parse(list().dataset.units);
  const whole = Math.round(seconds);
  if (whole < 60) { return `${whole} ${second}`; }
  if (whole < 3600) { return `${Math.floor(whole / 60)} ${minute}${whole % 60 ? ` ${whole % 60} ${second}` : ""}`; }
  return `${Math.floor(whole / 3600)} ${hour} ${Math.floor((whole % 3600) / 60)} ${minute}`;
};

const isActive = (status) => ["Submitted", "Running"].includes(status);

let due = 0;
const refresh = () => {
  if (due) { return; }
  due = window.setTimeout(() => { due = 0; window.htmx.ajax("GET", window.location.href, { target: "#tasks", swap: "outerHTML" }); }, SECOND);
};

const showProgress = (row, news) => {
  const state = row.querySelector(".state");
  if (state.dataset.state !== news.task_status) {
    refresh();
    state.dataset.state = news.task_status;
    state.textContent = JSON.parse(list().dataset.names)[news.task_status] ?? news.task_status;
  }
  const bar = row.querySelector("progress");
  if (bar) { bar.value = news.percent; }
  const far = row.querySelector("[data-far]");
  if (far && news.task_status === "Running") {
    const time = !news.eta_seconds ? "" : ` · ${list().dataset.left.replace("{}", left(news.eta_seconds))}`;
    far.textContent = `${Math.floor(news.percent)} %${time}`;
  }
};

// An end is said aloud whoever has changed the row by then, this stream or a button.
const sayEnd = (row, before, status) => {
  if (!row || !isActive(before) || isActive(status)) { return; }
  const name = row.querySelector("[data-name]").textContent;
  const state = JSON.parse(list().dataset.names)[status] ?? status;
  document.querySelector("[data-said]").textContent = `${name}: ${state}`;
  if (status !== "Cancelled") { notifyEnd(row.dataset.task, name, state); }
};

const watchAll = () => {
  const stream = new EventSource("/api/v0/events");
  const heard = new Map();
  stream.addEventListener("open", () => heard.clear());
  stream.addEventListener("task", (event) => {
    const news = JSON.parse(event.data);
    const row = list().querySelector(`[data-task="${CSS.escape(news.task_id)}"]`);
    sayEnd(row, heard.get(news.task_id), news.task_status);
    heard.set(news.task_id, news.task_status);
    if (row) { showProgress(row, news); } else if (list().dataset.live === "yes") { refresh(); }
  });
  // What the page shows as active and the stream did not name has ended in between.
  stream.addEventListener("complete", () => {
    for (const row of list().querySelectorAll("[data-task]")) {
      if (isActive(row.querySelector(".state").dataset.state) && !heard.has(row.dataset.task)) { refresh(); }
    }
  });
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { window.location.reload(); } });
  const refused = document.querySelector("[data-refused]");
  document.addEventListener("htmx:beforeRequest", () => { refused.hidden = true; });
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) { window.location.reload(); return; }
    try { refused.textContent = JSON.parse(event.detail.xhr.responseText).msg; } catch { return; }
    refused.hidden = false;
  });
};

const watchOne = () => {
  const stream = new EventSource(`/api/v0/tasks/${encodeURIComponent(live.dataset.task)}/events`);
  let shown = 0;
  const news = () => {
    if (shown) { return; }
    shown = window.setTimeout(() => { shown = 0; window.htmx.trigger(live, "news"); }, SECOND);
  };
  for (const kind of ["epoch", "progress"]) { stream.addEventListener(kind, news); }
  stream.addEventListener("status", (event) => {
    if (["Submitted", "Running"].includes(JSON.parse(event.data).task_status)) { news(); return; }
    stream.close();
    window.location.reload();
  });
  window.addEventListener("pagehide", () => stream.close());
};

if (list()) { watchAll(); }
if (live && live.dataset.ended === "no") { watchOne(); }
