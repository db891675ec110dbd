// Several files, or a folder, become one ZIP file; a large file goes to the service in pieces.
"use strict";

const LARGE = 8_000_000; // bytes that one request brings; more goes in pieces of as much
const READ = 4_000_000; // bytes of a file that are in memory at once
const PAUSES = { first: 500, longest: 15_000, patience: 300_000 }; // milliseconds
const BUCKET_TRIES = 3; // of the first part, until the bucket is taken to be out of reach
const ELSEWHERE = 409;
const PASSING = [408, 409, 429, 502, 503, 504];
const ZIPPED = { version: 20, utf8: 0x0800, day: 0x21, most: 0xffffffff, files: 0xffff };

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) { value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1; }
  return value;
});

const checksum = async (file) => {
  let value = 0xffffffff;
  for (let start = 0; start < file.size; start += READ) {
    for (const byte of new Uint8Array(await file.slice(start, start + READ).arrayBuffer())) {
      value = CRC[(value ^ byte) & 0xff] ^ (value >>> 8);
    }
  }
  return (value ^ 0xffffffff) >>> 0;
};

// Numbers of 2 and 4 bytes, the lowest byte first.
const packed = (...fields) => {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let place = 0;
  for (const [size, value] of fields) {
    if (size === 2) { bytes.setUint16(place, value, true); } else { bytes.setUint32(place, value, true); }
    place += size;
  }
  return bytes.buffer;
};

// A ZIP file that keeps its members as they are: nothing of them has to be in memory.
const zipOf = async (entries, name) => {
  const members = [];
  const directory = [];
  let offset = 0;
  for (const { path, file } of entries) {
    const text = new TextEncoder().encode(path);
    const crc = await checksum(file);
    const common = [[2, ZIPPED.version], [2, ZIPPED.utf8], [2, 0], [2, 0], [2, ZIPPED.day], [4, crc], [4, file.size], [4, file.size], [2, text.length], [2, 0]];
    members.push(packed([4, 0x04034b50], ...common), text, file);
    directory.push(packed([4, 0x02014b50], [2, ZIPPED.version], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), text);
    offset += 30 + text.length + file.size;
  }
  const listed = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const end = packed([4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, listed], [4, offset], [2, 0]);
  return new File([...members, ...directory, end], name, { type: "application/zip" });
};

const isHidden = (path) => path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");

const inFolder = async (entry, above = "") => {
  const path = above + entry.name;
  if (entry.isFile) { return [{ path, file: await new Promise((took, failed) => { entry.file(took, failed); }) }]; }
  const reader = entry.createReader();
  const found = [];
  for (;;) { // a browser gives a folder's entries by the hundred
    const some = await new Promise((took, failed) => { reader.readEntries(took, failed); });
    if (!some.length) { return found; }
    for (const inner of some) { found.push(...(await inFolder(inner, `${path}/`))); }
  }
};

// What was dropped, with the files of folders. The list of items is gone after the first wait.
const droppedEntries = async (transfer) => {
  const roots = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!roots.length) { return [...transfer.files].map((file) => ({ path: file.name, file })); }
  const found = [];
  for (const root of roots) { found.push(...(await inFolder(root))); }
  return found;
};

const chosenEntries = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

// The file itself, or the ZIP file of several; what a folder hides is left out.
const asOneFile = async (entries) => {
  const shown = entries.filter(({ path }) => !isHidden(path));
  if (shown.length === 1 && !shown[0].path.includes("/")) { return shown[0].file; }
  if (!shown.length) { return null; }
  const folder = shown[0].path.split("/")[0];
  const inOne = shown[0].path.includes("/") && shown.every(({ path }) => path.startsWith(`${folder}/`));
  const stem = inOne ? folder : shown[0].file.name.replace(/\.[^.]*$/, "");
  const inside = inOne ? shown.map(({ path, file }) => ({ path: path.slice(folder.length + 1), file })) : shown;
  inside.sort((one, other) => (one.path < other.path ? -1 : 1));
  return zipOf(inside, `${stem}.zip`);
};

class Refused extends Error {}

const refusalOf = async (response) => {
  const said = await response.json().catch(() => ({}));
  return new Refused(said.msg ?? `${response.status} ${response.statusText}`);
};

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

// MD5 (RFC 1321), which every storage compares; browsers compute none themselves.
const SINES = Uint32Array.from({ length: 64 }, (_, step) => Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1))));
const TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const MIXES = [
  { of: (x, y, z) => (x & y) | (~x & z), word: (step) => step },
  { of: (x, y, z) => (x & z) | (y & ~z), word: (step) => (5 * step + 1) & 15 },
  { of: (x, y, z) => x ^ y ^ z, word: (step) => (3 * step + 5) & 15 },
  { of: (x, y, z) => y ^ (x | ~z), word: (step) => (7 * step) & 15 },
];
const STEPS = Array.from({ length: 64 }, (_, step) => {
  const round = step >> 4;
  return { mix: MIXES[round].of, word: MIXES[round].word(step), turn: TURNS[round][step & 3], sine: SINES[step] | 0 };
});

const md5 = (bytes) => {
  const whole = new Uint8Array(64 * (((bytes.length + 8) >> 6) + 1));
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  const view = new DataView(whole.buffer);
  view.setUint32(whole.length - 8, (8 * bytes.length) >>> 0, true);
  view.setUint32(whole.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const words = new Int32Array(16);
  for (let start = 0; start < whole.length; start += 64) {
    for (let place = 0; place < 16; place += 1) { words[place] = view.getInt32(start + 4 * place, true); }
    let [one, two, three, four] = state;
    for (const { mix, word, turn, sine } of STEPS) {
      const sum = (one + mix(two, three, four) + sine + words[word]) | 0;
      [one, four, three, two] = [four, three, two, (two + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
    }
    state[0] += one;
    state[1] += two;
    state[2] += three;
    state[3] += four;
  }
  return [...new Uint8Array(state.buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const posted = (address, body) => fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// Calls until it is answered, for minutes; null once nobody wants it any more. ``tries`` bounds that.
const patiently = async (call, isWanted, tries = Infinity) => {
  const began = Date.now();
  let pause = PAUSES.first;
  for (let tried = 1; isWanted(); tried += 1) {
    const { response, passing } = await call().catch(() => ({ response: null, passing: true }));
    if (response?.ok) { return response; }
    if (response && !passing) { throw await refusalOf(response); }
    if (tried >= tries) { return null; }
    if (Date.now() - began > PAUSES.patience) { throw new Refused(""); }
    await new Promise((go) => { setTimeout(go, pause); });
    pause = Math.min(2 * pause, PAUSES.longest);
  }
  return null;
};

const ofService = async (request) => {
  const response = await request;
  return { response, passing: PASSING.includes(response.status) && response.status !== ELSEWHERE };
};

// Sends a file in parts straight to the bucket; false where that cannot be reached from here.
const sendToBucket = async (file, { upload, part_bytes: size }, { onProgress, isWanted }) => {
  const address = `/api/v0/uploads/${upload}`;
  const sums = [];
  const send = async (number, tries) => {
    const piece = new Uint8Array(await file.slice((number - 1) * size, number * size).arrayBuffer());
    sums[number - 1] = md5(piece);
    return patiently(async () => {
      const asked = await ofService(posted(`${address}/parts`, { part: number, md5: sums[number - 1] }));
      if (!asked.response.ok) { return asked; }
      const { part } = await asked.response.json();
      return { response: await fetch(part.url, { method: "PUT", headers: part.headers, body: piece, credentials: "omit" }), passing: true };
    }, isWanted, tries);
  };
  for (let number = 1; (number - 1) * size < file.size && isWanted(); number += 1) {
    const sent = await send(number, number === 1 ? BUCKET_TRIES : Infinity);
    if (!sent && isWanted()) { return false; }
    onProgress(Math.min(1, (number * size) / file.size));
  }
  if (isWanted()) { await patiently(() => ofService(posted(`${address}/complete`, { md5: sums })), isWanted); }
  return true;
};

const beginUpload = async (file, project, direct) => {
  const named = Object.entries({ filename: file.name, proj_id: project }).filter(([, text]) => text);
  const begun = await fetch(`/api/v0/uploads${direct ? "?direct=true" : ""}`, {
    method: "POST",
    headers: { "Upload-Length": String(file.size), "Upload-Metadata": named.map(([name, text]) => `${name} ${base64(text)}`).join(",") },
  });
  if (!begun.ok) { throw await refusalOf(begun); }
  return (await begun.json()).upload;
};

const removeUpload = (upload) => { fetch(`/api/v0/uploads/${upload}`, { method: "DELETE" }).catch(() => {}); };

// Sends a file in pieces; the id of the upload. What breaks a piece off is waited out for minutes.
const sendInPieces = async (file, project, { onProgress, isWanted }) => {
  let begun = await beginUpload(file, project, true);
  if (begun.part_bytes) {
    const reached = await sendToBucket(file, begun, { onProgress, isWanted });
    if (reached && isWanted()) { return begun.upload; }
    removeUpload(begun.upload);
    if (!isWanted()) { return null; }
    begun = await beginUpload(file, project, false);
  }
  const { upload } = begun;
  const address = `/api/v0/uploads/${upload}`;
  let [offset, heard, pause] = [0, Date.now(), PAUSES.first];
  while (offset < file.size && isWanted()) {
    let response = await fetch(address, {
      method: "PATCH",
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
      body: file.slice(offset, offset + LARGE),
    }).catch(() => null);
    if (response && !response.ok && !PASSING.includes(response.status)) { throw await refusalOf(response); }
    if (!response?.ok) {
      if (Date.now() - heard > PAUSES.patience) { throw response ? await refusalOf(response) : new Refused(""); }
      await new Promise((go) => { setTimeout(go, response?.status === ELSEWHERE ? 0 : pause); });
      pause = Math.min(2 * pause, PAUSES.longest);
      response = await fetch(address).catch(() => null);
    }
    const reached = response?.ok ? Number(response.headers.get("Upload-Offset")) : offset;
    if (reached > offset) { [heard, pause] = [Date.now(), PAUSES.first]; }
    offset = reached;
    onProgress(offset / file.size);
  }
  if (isWanted()) { return upload; }
  removeUpload(upload);
  return null;
};
