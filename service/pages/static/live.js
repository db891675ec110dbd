// What a page is told while it is looked at: states and progress, without loading it again.
"use strict";

const list = () => document.getElementById("tasks");
const live = document.getElementById("live");
const SECOND = 1000;

const showProgress = (row, news) => {
  const state = row.querySelector(".state");
  if (state.dataset.state !== news.task_status) {
    if (window.htmx && list().dataset.live === "yes") { refresh(); }
    state.dataset.state = news.task_status;
    state.textContent = JSON.parse(list().dataset.names)[news.task_status] ?? news.task_status;
    const said = document.querySelector("[data-said]");
    if (said && !["Submitted", "Running"].includes(news.task_status)) { said.textContent = `${news.task_id}: ${news.task_status}`; }
  }
  const bar = row.querySelector("progress");
  if (bar) { bar.value = news.percent; }
  const far = row.querySelector("[data-far]");
  if (far && news.task_status === "Running") { far.textContent = `${Math.round(news.percent)} %`; }
};

let due = 0;
const refresh = () => {
  if (due) { return; }
  due = window.setTimeout(() => { due = 0; window.htmx.ajax("GET", window.location.href, { target: "#tasks", swap: "outerHTML" }); }, SECOND);
};

const watchAll = () => {
  const stream = new EventSource("/api/v0/events");
  stream.addEventListener("task", (event) => {
    const news = JSON.parse(event.data);
    const row = list().querySelector(`[data-task="${CSS.escape(news.task_id)}"]`);
    if (row) { showProgress(row, news); } else if (list().dataset.live === "yes") { refresh(); }
  });
  window.addEventListener("pagehide", () => stream.close());
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
