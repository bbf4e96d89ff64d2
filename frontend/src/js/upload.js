// A file sent piece by piece before its form, so that a network that breaks loses one piece at most. Pieces grow
// and shrink with the network; a page opened again goes on where the last one stopped. Without this script the
// file goes whole with the form.
const SMALLEST = 32_000;
const PATIENCE = 60_000; // milliseconds for one piece
const QUICK = 3_000;
const LONGEST_WAIT = 30_000;

class Refused extends Error {}

const sizeWords = (size) => `${(size / 1e6).toLocaleString("fr-FR", { maximumFractionDigits: 1 })} Mo`;

async function fingerprint(file) {
  if (!globalThis.crypto?.subtle) return ""; // only where the page is safe (https, or this machine)
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Upload {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("[type=file]");
    this.number = box.querySelector("[type=hidden]");
    this.state = box.querySelector(".upload__state");
    this.bar = box.querySelector("progress");
    this.words = box.querySelector("[role=status]");
    this.form = this.input.form;
    this.piece = SMALLEST * 4;
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.state.querySelector("button").addEventListener("click", () => this.stop());
    this.input.addEventListener("change", () => this.show(""));
  }

  get token() {
    return this.form.elements.csrfmiddlewaretoken.value;
  }

  show(words, { part = null, error = false } = {}) {
    this.state.hidden = !words;
    this.state.classList.toggle("upload__state--error", error);
    this.bar.hidden = part === null;
    this.state.querySelector("button").hidden = !this.file;
    if (part !== null) this.bar.value = 100 * part;
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  submit(event) {
    const [file] = this.input.files;
    if (this.number.value || !file) return;
    event.preventDefault();
    if (this.file) return; // already on its way
    if (file.size > Number(this.box.dataset.limit)) {
      const words = `Ce fichier fait ${sizeWords(file.size)}. Attendu : ${this.box.dataset.limitWords} au plus.`;
      this.show(words, { error: true });
      this.input.focus();
      return;
    }
    this.file = file;
    this.send(file).catch((problem) => {
      this.file = null;
      const words = problem instanceof Refused ? problem.message : "L’envoi s’est arrêté. Réessayez.";
      this.show(words, { error: true });
      this.busy(false);
    });
  }

  busy(is) {
    for (const button of this.form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", is);
  }

  async stop() {
    const address = this.address;
    this.file = null;
    this.wake?.();
    this.abort?.abort();
    this.forget();
    this.busy(false);
    this.show("L’envoi est arrêté. Rien n’est enregistré.");
    if (address) await fetch(address, { method: "DELETE", headers: { "X-CSRFToken": this.token } }).catch(() => null);
  }

  // What is remembered of a file on its way, so that the same file chosen again goes on.
  memory(file) {
    return `envoi:${this.form.action}:${file.name}:${file.size}:${file.lastModified}`;
  }

  forget() {
    if (this.key) localStorage.removeItem(this.key);
    this.address = null;
  }

  async send(file) {
    this.busy(true);
    this.show("Préparation de l’envoi…", { part: 0 });
    this.key = this.memory(file);
    let offset = await this.retrying(() => this.begin(file));
    while (this.file === file && offset < file.size) {
      this.tell(offset, file);
      const from = offset;
      offset = await this.retrying(async (again) => {
        // After a break, the server says where it is: a piece may have come without its answer.
        const start = again ? await this.ask() : from;
        return start < file.size ? this.sendPiece(file, start) : start;
      });
    }
    if (this.file !== file) return; // stopped meanwhile
    this.tell(file.size, file);
    this.number.value = this.address.split("/").at(-2);
    this.forget();
    this.input.value = ""; // it came: it does not go again with the form
    this.form.submit();
  }

  tell(offset, file) {
    const percent = Math.floor((100 * offset) / file.size);
    this.show(`Envoi : ${percent} % de ${sizeWords(file.size)}`, { part: offset / file.size });
  }

  async begin(file) {
    const known = localStorage.getItem(this.key);
    if (known) {
      this.address = known;
      const offset = await this.ask({ mayBeGone: true });
      if (offset !== null) return offset;
    }
    const body = new URLSearchParams({
      ticket: this.box.dataset.ticket,
      name: file.name,
      size: file.size,
      sha256: await fingerprint(file),
      csrfmiddlewaretoken: this.token,
    });
    const answer = await this.fetch(this.box.dataset.upload, { method: "POST", body });
    this.address = (await answer.json()).address;
    localStorage.setItem(this.key, this.address);
    return 0;
  }

  async ask({ mayBeGone = false } = {}) {
    const answer = await this.fetch(this.address, { method: "HEAD" }, mayBeGone ? [404] : []);
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
  }

  async sendPiece(file, offset) {
    const start = performance.now();
    const body = file.slice(offset, offset + this.piece);
    const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream", "X-CSRFToken": this.token };
    try {
      const answer = await this.fetch(this.address, { method: "PATCH", body, headers }, [409]);
      const took = performance.now() - start;
      if (took < QUICK) this.piece = Math.min(Number(this.box.dataset.piece), this.piece * 2);
      return Number(answer.headers.get("Upload-Offset"));
    } catch (problem) {
      this.piece = Math.max(SMALLEST, Math.floor(this.piece / 2));
      throw problem;
    }
  }

  async fetch(address, options, also = []) {
    this.abort = new AbortController();
    const timer = setTimeout(() => this.abort.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { ...options, redirect: "manual", signal: this.abort.signal });
      if (answer.ok || also.includes(answer.status)) return answer;
      if (answer.type === "opaqueredirect") throw new Refused("Vous n’êtes plus connecté·e. Rouvrez la page : l’envoi reprendra.");
      if (answer.status === 404) this.forget();
      if (answer.status >= 500 && answer.status !== 507) throw new Error(String(answer.status)); // tried again
      if (answer.status === 400 && options.method === "PATCH") throw new Error("cut"); // it came cut: sent again
      const said = await answer.json().catch(() => ({}));
      throw new Refused(said.detail ?? "Le serveur refuse ce fichier. Rechargez la page et recommencez.");
    } finally {
      clearTimeout(timer);
    }
  }

  // Try until it passes or is refused, or somebody stops it: each wait is twice the last, or ends with the network's return.
  async retrying(act) {
    const { file } = this;
    for (let wait = 1_000, again = false; ; wait = Math.min(LONGEST_WAIT, wait * 2), again = true) {
      try {
        return await act(again);
      } catch (problem) {
        if (problem instanceof Refused) throw problem;
        if (this.file !== file) return 0;
      }
      this.show("Le réseau s’est interrompu. L’envoi reprendra tout seul d’où il en est.", { part: this.bar.value / 100 });
      await this.pause(wait);
      if (this.file !== file) return 0;
    }
  }

  pause(wait) {
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, wait);
      addEventListener("online", resolve, { once: true });
    });
  }
}

for (const box of document.querySelectorAll("[data-upload]")) new Upload(box);
