// A file is looked at as soon as it is chosen or dropped, and stays chosen until it is stored.
"use strict";

const form = document.getElementById("upload");
const file = document.getElementById("datafile");
const sent = document.getElementById("sent");
const meant = document.getElementById("meant");
const waiting = document.getElementById("waiting");
const WRONG = 400;

const trouble = document.getElementById("trouble");
let choice = 0; // counts the files that were chosen: what is sent of an earlier one is given up
let sentBefore = null; // the upload of the chosen file, where it went in pieces
let proposed = ""; // another file takes another name, unless somebody has typed one

// Whoever brings data in does so for the same project and user again. A browser may be set to keep
// nothing.
const remembered = (name) => { try { return window.localStorage.getItem(`sgn.${name}`) ?? ""; } catch { return ""; } };
const remember = (name, value) => { try { window.localStorage.setItem(`sgn.${name}`, value); } catch { /* typed again, then */ } };

const proposeName = () => {
  const name = document.getElementById("data_name");
  if (!file.files[0] || (name.value && name.value !== proposed)) { return; }
  proposed = file.files[0].name.replace(new RegExp(`^(.+?)(\\.(${file.dataset.endings}))+$`, "i"), "$1");
  name.value = proposed;
};

if (form) {
  const look = form.querySelector("#store + button");
  look.hidden = true; // choosing a file does the same
  // A file goes once: what is answered or stored after that names the upload in its place.
  form.addEventListener("htmx:configRequest", (event) => {
    const fields = event.detail.formData;
    if (event.target === file) {
      fields.delete("upload");
      fields.delete("map");
      if (sentBefore) { fields.delete("datafile"); fields.set("upload", sentBefore); }
    } else if (fields.get("upload")) { fields.delete("datafile"); }
    if (!meant.value) { return; }
    const key = `${meant.value.split("=")[0].trim()}=`; // what was typed goes before what was chosen
    const others = fields.getAll("map").filter((pair) => !pair.trim().startsWith(key));
    fields.delete("map");
    for (const pair of [...others, meant.value]) { fields.append("map", pair); }
  });
  form.addEventListener("change", (event) => {
    if (event.target.dataset.covariate === undefined) { return; }
    const chosen = [...form.querySelectorAll("[data-covariate]:checked")].map((box) => box.dataset.covariate);
    document.getElementById("covariates").value = `covariates=${chosen.join(",") || "none"}`;
  }, { capture: true });
  form.addEventListener("htmx:confirm", (event) => {
    if (event.target !== file) { return; }
    choice += 1;
    sentBefore = null;
    trouble.hidden = true;
    if (!file.files[0] || file.files[0].size <= LARGE) { return; }
    event.preventDefault();
    const mine = choice;
    const isWanted = () => mine === choice;
    const onProgress = (share) => { if (isWanted()) { sent.hidden = false; sent.value = 100 * share; } };
    onProgress(0);
    sendInPieces(file.files[0], document.getElementById("proj_id").value.trim(), { onProgress, isWanted }).then(
      (upload) => {
        if (!upload || !isWanted()) { return; }
        sent.hidden = true;
        waiting.hidden = false;
        sentBefore = upload;
        event.detail.issueRequest(true);
      },
      (error) => {
        if (!isWanted()) { return; }
        sent.hidden = true;
        trouble.hidden = false;
        trouble.textContent = error instanceof Refused && error.message ? error.message : trouble.dataset.cut;
      },
    );
  });
  const take = async (entries) => {
    const one = await asOneFile(await entries);
    if (!one) { return; }
    const transfer = new DataTransfer();
    transfer.items.add(one);
    file.files = transfer.files;
    file.dispatchEvent(new Event("change"));
  };
  const folder = document.getElementById("folder");
  folder.hidden = false;
  folder.querySelector("button").addEventListener("click", () => folder.querySelector("input").click());
  folder.querySelector("input").addEventListener("change", (event) => take(chosenEntries(event.target.files)));
  file.multiple = true;
  file.addEventListener("change", (event) => {
    if (file.files.length < 2) { return; }
    event.stopImmediatePropagation(); // htmx hears of the ZIP file
    take(chosenEntries(file.files));
  }, { capture: true });
  form.addEventListener("htmx:beforeRequest", (event) => { waiting.hidden = event.target === file; });
  file.addEventListener("change", proposeName);
  meant.addEventListener("change", () => { if (file.files.length) { look.click(); } });
  for (const name of ["data_name", "user_id"]) {
    document.getElementById(name).addEventListener("change", (event) => {
      if (event.target.getAttribute("aria-invalid") !== "true") { return; }
      if (form.elements.upload) { look.click(); } else if (file.files.length) { file.dispatchEvent(new Event("change")); }
    });
  }
  for (const name of ["proj_id", "user_id"]) {
    const field = document.getElementById(name);
    field.value ||= remembered(name);
    field.addEventListener("change", () => remember(name, field.value.trim()));
  }
  for (const place of document.querySelectorAll("[data-drop]")) {
    for (const kind of ["dragover", "dragenter"]) {
      place.addEventListener(kind, (event) => { event.preventDefault(); place.classList.add("over"); });
    }
    place.addEventListener("dragleave", () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      place.classList.remove("over");
      take(droppedEntries(event.dataTransfer));
    });
  }
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (!event.detail.lengthComputable) { return; }
    const done = event.detail.loaded >= event.detail.total;
    sent.value = (100 * event.detail.loaded) / event.detail.total;
    sent.hidden = done;
    waiting.hidden = !done;
  });
  form.addEventListener("htmx:afterRequest", () => { sent.hidden = true; waiting.hidden = true; });
  document.addEventListener("htmx:afterSettle", () => {
    for (const input of form.querySelectorAll("input[aria-describedby*=-error]")) {
      const said = document.getElementById(`${input.id}-error`).textContent.trim();
      input.setAttribute("aria-invalid", String(said !== ""));
    }
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = new URL(event.detail.xhr.responseURL).pathname;
    if (answered !== "/datasets") { event.detail.shouldSwap = false; window.location.assign(answered); return; }
    if (event.detail.xhr.status >= WRONG) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });
  document.addEventListener("htmx:sendError", () => window.location.reload());
}
