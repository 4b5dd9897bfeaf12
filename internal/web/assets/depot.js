// What the depot's pages do more comfortably with a script: name a typing error
// before anything is sent, put the groups of a code apart, take a printed code
// out of the address bar, and copy texts. Without it every page works, too.

const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's Base32
const separators = new Set(" \t\r\n-.\u00a0\u202f\u2010\u2011\u2012\u2013\u2014\u2212");
const codeLength = 25;
const maxTyped = 160; // bytes

// powers[i] is αⁱ in GF(2⁵) with x⁵ = x²+1.
const powers = [1];
while (powers.length < 31) {
  const next = powers.at(-1) << 1;
  powers.push(next & 0x20 ? next ^ 0x25 : next);
}

function multiply(a, b) {
  let product = 0;
  for (; b; b >>= 1) {
    if (b & 1) product ^= a;
    a <<= 1;
    if (a & 0x20) a ^= 0x25;
  }
  return product;
}

// symbolValue is the value of a character in a code, -1 for none.
function symbolValue(c) {
  const upper = c.toUpperCase();
  if (upper === "O") return 0;
  if (upper === "I" || upper === "L") return 1;
  return symbols.indexOf(upper);
}

// letterValue is the value of a letter in a key's prefix.
function letterValue(c) {
  return { I: 1, L: 2, O: 3, U: 4 }[c.toUpperCase()] ?? symbols.indexOf(c.toUpperCase());
}

// read takes the separators out. first is how many symbols stand before the
// first separator between symbols, 0 if there is none.
function read(text) {
  const chars = [];
  let first = 0, pos = 0;
  for (const c of text) {
    pos++;
    if (separators.has(c)) {
      first ||= chars.length;
      continue;
    }
    if (!/^[0-9A-Za-z]$/.test(c)) return { wrong: { kind: "foreign", symbol: c, pos } };
    chars.push({ c, pos });
  }
  return { chars, first };
}

// check judges a typed ticket or license key as the server does. It returns
// {kind: "", code} with the printed form, or the kind of mistake.
export function check(text) {
  if (new TextEncoder().encode(text).length > maxTyped) {
    return { kind: "length", got: [...text].length, want: codeLength };
  }
  const { chars, first, wrong } = read(text);
  if (wrong) return wrong;
  const letters = chars.length - codeLength;
  if (letters !== 0 && (letters < 2 || letters > 6)) {
    return { kind: "length", got: chars.length, want: codeLength };
  }
  if (letters && first >= 2 && first <= 6 && first !== letters) {
    return { kind: "length", got: chars.length, want: codeLength + first };
  }
  let sum = 0, prefix = "", code = "";
  for (const [i, { c, pos }] of chars.entries()) {
    const inPrefix = i < letters;
    const value = inPrefix ? (/[A-Za-z]/.test(c) ? letterValue(c) : -1) : symbolValue(c);
    if (value < 0) return { kind: "foreign", symbol: c, pos };
    if (inPrefix) prefix += c.toUpperCase();
    else code += symbols[value];
    sum ^= multiply(powers[inPrefix ? codeLength + i : i - letters], value);
  }
  if (sum) return { kind: "check" };
  const groups = code.match(/.{5}/g);
  return { kind: "", code: (prefix ? [prefix, ...groups] : groups).join("-") };
}

// The groups of a request code, and how many symbols each has.
const requestKind = 1;
const groupLength = 15;

// checkGroup judges group n, from 1, of a typed request as the server does. It
// returns {kind: "", code} with the printed form, or the kind of mistake.
export function checkGroup(n, text) {
  const values = [];
  let pos = 0;
  for (const c of text) {
    pos++;
    if (separators.has(c)) continue;
    const value = /^[0-9A-Za-z]$/.test(c) ? symbolValue(c) : -1;
    if (value < 0) return { kind: "foreign", symbol: c, pos, n };
    values.push(value);
  }
  if (values.length !== groupLength) return { kind: "length", got: values.length, want: groupLength, n };
  let sum = multiply(powers[groupLength], n) ^ multiply(powers[groupLength + 1], requestKind);
  for (const [i, value] of values.entries()) sum ^= multiply(powers[i], value);
  if (sum) return { kind: "check", n };
  return { kind: "", code: values.map((v) => symbols[v]).join("").match(/.{5}/g).join("-"), n };
}

// group puts a dash between the groups of what is typed so far.
export function group(text) {
  const { chars, first } = read(text);
  if (!chars || chars.length > codeLength && ![2, 3, 4, 6].includes(first)) return text.replaceAll("-", "").toUpperCase();
  const raw = chars.map(({ c }) => c).join("").toUpperCase();
  const prefix = first >= 2 && first <= 6 && first !== 5 ? first : 0;
  const groups = raw.slice(prefix).match(/.{1,5}/g) ?? [];
  return (prefix ? [raw.slice(0, prefix), ...groups] : groups).join("-");
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// say shows under a field what is to be said about it, in a sentence of box.
function say(box, field, note, result) {
  note.replaceChildren();
  field.removeAttribute("aria-invalid");
  if (!result) return;
  const p = document.createElement("p");
  p.className = result.kind ? "bad" : "good";
  p.textContent = fill(box.dataset[result.kind || "good"], result);
  note.append(p);
  field.setAttribute("aria-invalid", String(result.kind !== ""));
}

// watch looks after the field for a ticket or key in a box, which has the sentences.
function watch(box) {
  const form = box.closest("form");
  const field = box.querySelector("#code");
  const note = box.querySelector("#code-note");
  let timer = 0;

  // judge shows what is certain already; a code that is too short may only be
  // unfinished.
  function judge(final) {
    clearTimeout(timer);
    if (field.value.trim() === "") return say(box, field, note, null);
    const result = check(field.value);
    if (result.kind === "" && field.value !== result.code) field.value = result.code;
    if (result.kind === "length" && !final && result.got < result.want + 6) return say(box, field, note, null);
    if (result.kind === "check" && !final) {
      say(box, field, note, null);
      timer = setTimeout(() => say(box, field, note, result), 600); // a longer key may be on its way
      return;
    }
    say(box, field, note, result);
  }

  field.addEventListener("input", (event) => {
    const atEnd = field.selectionStart === field.value.length;
    const last = field.value.at(-1);
    if (event.inputType?.startsWith("insert") && atEnd && last && !separators.has(last)) {
      const grouped = group(field.value);
      if (grouped !== field.value) field.value = grouped;
    }
    judge(false);
  });
  field.addEventListener("change", () => judge(true));
  form.addEventListener("submit", (event) => {
    judge(true);
    if (check(field.value).kind !== "") {
      event.preventDefault();
      field.focus();
    }
  });

  // A printed code's QR address carries it behind the #, which is never sent.
  function take() {
    let given;
    try {
      given = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    if (!given) return;
    history.replaceState(null, "", location.pathname + location.search);
    field.value = given;
    judge(true);
    if (check(field.value).kind === "") (form.querySelector("#group1") ?? form.querySelector("button")).focus();
  }
  addEventListener("hashchange", take);
  take();
}

// watchGroups names a typing error in each group of a request code. What the server
// has named stays until something is typed.
function watchGroups(form) {
  const fields = [...form.querySelectorAll("input.group")];
  for (const [i, field] of fields.entries()) {
    const note = document.getElementById(field.id + "-note");
    const judge = (final) => {
      const result = checkGroup(i + 1, field.value);
      if (result.kind === "" && field.value !== result.code) field.value = result.code;
      const unfinished = result.kind === "length" && result.got < groupLength && !final;
      say(form, field, note, field.value.trim() === "" || unfinished ? null : result);
    };
    field.addEventListener("input", () => judge(false));
    field.addEventListener("change", () => judge(true));
    field.addEventListener("paste", (event) => {
      // All groups at once go to their fields.
      const all = [...event.clipboardData.getData("text")].filter((c) => !separators.has(c)).join("");
      if (i !== 0 || all.length !== groupLength * fields.length) return;
      event.preventDefault();
      fields.forEach((f, k) => {
        f.value = all.slice(k * groupLength, (k + 1) * groupLength);
        f.dispatchEvent(new Event("change"));
      });
    });
  }
}

function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const from = button.dataset.from ? document.getElementById(button.dataset.from) : button.parentElement.querySelector("code");
    await navigator.clipboard.writeText(from.value ?? from.textContent);
    button.textContent = button.dataset.done;
  });
}

// A page that waits for a machine asks again by itself, and shows the answer in
// its place as soon as something has changed. Hidden pages rest.
const pause = 3000; // ms
const patience = 12 * 60_000; // ms, a little longer than a pairing code lives

function wait(form) {
  const began = Date.now();
  async function ask() {
    if (Date.now() - began > patience) return;
    if (!document.hidden) {
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.action, { method: "POST", body, redirect: "error" });
        if (answer.ok && show(await answer.text())) return;
      } catch {
        // The network is gone for a moment, or for good: the button stays.
      }
    }
    setTimeout(ask, pause);
  }
  // show reports whether there is nothing more to wait for.
  function show(html) {
    const next = new DOMParser().parseFromString(html, "text/html");
    const now = document.getElementById("pairing"), then = next.getElementById("pairing");
    if (!then || then.dataset.stage === now.dataset.stage) return false;
    if (next.getElementById("pair-form")) {
      now.replaceWith(then);
      then.querySelectorAll("button.copy").forEach(offerCopy);
      return false;
    }
    const main = document.querySelector("main");
    main.replaceChildren(...next.querySelector("main").childNodes);
    document.title = next.title;
    main.focus();
    return true;
  }
  setTimeout(ask, pause);
}

const pairForm = document.getElementById("pair-form");
if (pairForm) wait(pairForm);
const codeBox = document.getElementById("code-box");
if (codeBox) watch(codeBox);
const typedForm = document.getElementById("typed-form");
if (typedForm) watchGroups(typedForm);
document.querySelectorAll("button.copy").forEach(offerCopy);
document.querySelectorAll("button.print").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
