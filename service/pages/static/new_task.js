// The form of a new task: recommended settings of the chosen model, sending once.
"use strict";

const form = document.querySelector("#new-task");

const scratch = () => form.elements.task_type.value !== "dl_ft";

// A fine-tuning trains the parent's model.
const chosenModel = () => {
  const parent = form.querySelector('[name="param_set:trained_task_id"]:checked');
  const name = scratch() || !parent ? form.elements.model.value : parent.dataset.model;
  const known = [...form.querySelectorAll('[name="model"]')];
  return known.find((each) => each.value === name) ?? known[0];
};

const recommend = () => {
  const settings = JSON.parse(chosenModel().dataset.settings);
  for (const field of form.querySelectorAll("[data-setting]")) {
    const value = settings[field.dataset.setting];
    const usual = field.querySelector("[data-recommended]");
    if (value === undefined || value === null) { continue; }
    if (!usual) { field.placeholder = value; continue; }
    const named = [...field.options].find((each) => each.value === String(value));
    usual.textContent = `${usual.dataset.recommended}: ${named ? named.textContent.trim() : value}`;
  }
};

// What was typed and not sent is kept in this browser, as the address that fills it in again.
const DRAFT = "sgn-draft";
const DRAFT_FIELDS = /^(task_|proj_|train_data|val_data|test_data|atlas_of|enable_test|model$|param_set:)/;
const SEVERAL = /_data$|^atlas_of$/;

const draftQuery = () => {
  const query = new URLSearchParams();
  for (const [name, text] of new FormData(form)) {
    if (!DRAFT_FIELDS.test(name) || text === "") { continue; }
    if (SEVERAL.test(name)) { query.append(name, text); } else { query.set(name, text); }
  }
  return query.toString();
};

const keepDraft = () => { localStorage.setItem(DRAFT, JSON.stringify({ query: draftQuery(), at: Date.now() })); };

const offerDraft = () => {
  const note = document.querySelector("#draft");
  const kept = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
  if (!kept || form.dataset.fresh !== "yes") { return; }
  const when = note.querySelector("time");
  when.dateTime = new Date(kept.at).toISOString();
  localTimes(note);
  note.querySelector("a").href = `/tasks/new?${kept.query}`;
  note.querySelector("button").addEventListener("click", () => { localStorage.removeItem(DRAFT); note.hidden = true; });
  note.hidden = false;
};

form.addEventListener("change", recommend);
form.addEventListener("input", keepDraft);
form.addEventListener("change", keepDraft);
form.addEventListener("submit", () => {
  form.querySelector("#send").disabled = true;
  localStorage.removeItem(DRAFT);
});
if (document.querySelector('[role="alert"]')) { keepDraft(); } // what was refused is not lost either
offerDraft();
window.addEventListener("pageshow", () => { form.querySelector("#send").disabled = false; });
// An error within what is folded is to be seen.
document.addEventListener("click", (event) => {
  const target = event.target.closest('a[href^="#f-"]');
  if (!target) { return; }
  const field = document.getElementById(target.hash.slice(1));
  const fold = field?.closest("details");
  if (fold) { fold.open = true; }
  (field?.matches("input, select") ? field : field?.querySelector("input, select"))?.focus();
});
recommend();
