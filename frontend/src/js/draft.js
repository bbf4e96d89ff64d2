// What is typed in a long form stays on this device until it is sent: it survives an error, a lost session, a
// lost network. `data-draft` names its owner (nobody: empty); signing out erases every draft.
const PREFIX = "brouillon:";
const DAYS = 7;
const SKIPPED = new Set(["password", "file", "hidden", "submit", "button"]);
const SIGN_IN = "/connexion/";

const forms = [...document.querySelectorAll("form[data-draft]")];

function stored() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return []; // no storage on this device: the form works as ever
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full, or refused: nothing else depends on it.
  }
}

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));
const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const given = (field) => (isTick(field) ? field.defaultChecked : field.defaultValue ?? "");

function valuesOf(form) {
  return fieldsOf(form).map((field) => [field.name, field.value, isTick(field) ? field.checked : null]);
}

function restore(form, values) {
  let restored = false;
  fieldsOf(form).forEach((field, rank) => {
    const [name, value, checked] = values[rank] ?? [];
    if (name !== field.name) return; // the form has changed since
    if (isTick(field)) {
      if (field.value !== value || field.checked === checked) return;
      field.checked = checked;
    } else {
      // What the server says stands, unless nobody had written there.
      if (field.value === value || (given(field) && field.tagName !== "SELECT")) return;
      field.value = value;
    }
    restored = true;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return restored;
}

function say(form, key, at) {
  const words = new Date(at).toLocaleString("fr-FR", { dateStyle: "long", timeStyle: "short" });
  const notice = document.createElement("div");
  notice.className = "callout callout--info";
  notice.setAttribute("role", "status");
  notice.innerHTML =
    '<div class="callout__body"><p><b>Brouillon retrouvé</b>, du <time></time>. Il n’est que sur cet appareil.</p>' +
    '<p><button class="button button--secondary button--small" type="button">Effacer ce brouillon</button></p></div>';
  notice.querySelector("time").textContent = words;
  notice.querySelector("button").addEventListener("click", () => {
    localStorage.removeItem(key);
    form.reset();
    notice.remove();
    fieldsOf(form)[0]?.focus();
  });
  form.prepend(notice);
}

function follow(form) {
  const key = `${PREFIX}${location.pathname}:${form.dataset.draft}`;
  const found = read(key);
  if (found && restore(form, found.values)) say(form, key, found.at);
  let wait;
  const keep = (sent) => write(key, { at: Date.now(), sent, values: valuesOf(form) });
  form.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(keep, 300, false);
  });
  form.addEventListener("submit", () => {
    clearTimeout(wait);
    keep(true);
  });
}

// A form that was sent and is not shown again was taken; unless this page asks who one is, or says an error:
// then it still is to be sent.
const wasTaken = !location.pathname.startsWith(SIGN_IN) && !document.querySelector("[data-keep-drafts], .kept");
for (const key of stored()) {
  const draft = read(key);
  const isHere = forms.length > 0 && key.startsWith(`${PREFIX}${location.pathname}:`);
  if (!draft || Date.now() - draft.at > DAYS * 86_400_000 || (draft.sent && wasTaken && !isHere)) {
    localStorage.removeItem(key);
  } else if (draft.sent) {
    write(key, { ...draft, sent: false });
  }
}
forms.forEach(follow);

for (const form of document.querySelectorAll("form[action*='deconnexion']")) {
  form.addEventListener("submit", () => stored().forEach((key) => localStorage.removeItem(key)));
}
