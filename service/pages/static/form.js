// Forms: recommended settings in grey, what would be sent, files that are dropped.
"use strict";

const form = document.getElementById("task-form");

const read = () => {
  const fields = { train_data: [], val_data: [], test_data: [], param_set: {} };
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("param_set:")) {
      if (value !== "") { fields.param_set[name.slice("param_set:".length)] = value; }
    } else if (Array.isArray(fields[name])) {
      fields[name].push(value);
    } else if (value !== "") { fields[name] = value; }
  }
  fields.enable_test = fields.test_data.length > 0;
  fields.save_model_state = fields.save_model_state !== "false";
  if (fields.task_type !== "dl_ft") { delete fields.param_set.trained_task_id; }
  return fields;
};

const show = () => {
  const fields = read();
  const chosen = form.querySelector("[name=model]:checked");
  const settings = chosen ? JSON.parse(chosen.dataset.settings) : {};
  for (const input of form.querySelectorAll("[data-recommended]")) {
    const value = settings[input.id];
    input.placeholder = value === undefined || value === null ? "" : String(value);
  }
  for (const part of form.querySelectorAll("[data-only]")) { part.hidden = part.dataset.only !== fields.task_type; }
  document.getElementById("enable_test").value = String(fields.enable_test);
  const json = JSON.stringify(fields, null, 1);
  document.getElementById("as-json").textContent = json;
  const quoted = JSON.stringify(fields).replaceAll("'", "'\\''");
  document.getElementById("as-curl").textContent = `curl ${window.location.origin}/api/v0/new_task -d '${quoted}'`;
};

if (form) {
  form.addEventListener("input", show);
  form.addEventListener("submit", () => { form.querySelector("button.primary").disabled = true; });
  window.addEventListener("pageshow", () => { form.querySelector("button.primary").disabled = false; });
  document.getElementById("wrong")?.focus();
  show();
}

const file = document.getElementById("datafile");
const name = document.getElementById("data_name");
file?.addEventListener("change", () => {
  if (name && !name.value && file.files[0]) { name.value = file.files[0].name.replace(/\.[^.]+$/, ""); }
});
for (const place of document.querySelectorAll("[data-drop]")) {
  for (const kind of ["dragover", "dragenter"]) {
    place.addEventListener(kind, (event) => { event.preventDefault(); place.classList.add("over"); });
  }
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    file.files = event.dataTransfer.files;
    file.dispatchEvent(new Event("change"));
  });
}
