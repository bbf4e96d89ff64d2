// A search field as an ARIA combobox (list, no inline completion): the field keeps the focus, arrows walk the
// list, Enter opens, Escape closes. Without this script the form asks its page.
const DELAY = 150; // milliseconds without a key before asking
let count = 0;

class Search {
  constructor(input) {
    this.input = input;
    this.address = input.dataset.suggestions;
    this.active = -1;
    this.answers = [];
    this.request = null;
    count += 1;
    this.list = document.createElement("ul");
    this.list.id = `suggestions-${count}`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.dataset.suggestionsLabel);
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    input.after(this.list);
    input.form.append(this.status);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The field must not lose the focus before the click arrives.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.open(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.request?.abort();
    if (this.input.value.trim().length < 2) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.ask(), DELAY);
  }

  async ask() {
    this.request = new AbortController();
    const query = new URLSearchParams({ q: this.input.value.trim() });
    try {
      const response = await fetch(`${this.address}?${query}`, { signal: this.request.signal });
      if (response.ok) {
        this.show(await response.json());
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        this.close(); // no network: the form still works as a form
      }
    }
  }

  show(answers) {
    if (document.activeElement !== this.input) {
      return;
    }
    this.answers = answers;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...answers.map((answer, position) => this.option(answer, position)));
    this.list.hidden = answers.length === 0;
    this.input.setAttribute("aria-expanded", String(answers.length > 0));
    const plural = answers.length > 1 ? "s" : "";
    this.status.textContent = answers.length ? `${answers.length} proposition${plural}` : "Aucune proposition";
  }

  option(answer, position) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${position}`;
    item.className = "suggestions__option";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const detail = document.createElement("small");
    detail.textContent = answer.detail;
    item.append(answer.label, " ", detail);
    return item;
  }

  key(event) {
    if (event.isComposing) {
      return;
    }
    const shown = !this.list.hidden;
    if (event.key === "Escape" && shown) {
      event.preventDefault(); // the first Escape closes the list, the next one empties the field
      this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (shown) {
        this.walk(event.key === "ArrowDown" ? 1 : -1);
      } else if (this.input.value.trim().length > 1) {
        this.ask();
      }
    } else if (event.key === "Enter" && shown && this.active >= 0) {
      event.preventDefault();
      this.open(this.list.children[this.active]);
    }
  }

  walk(step) {
    // One place more than the answers: the field itself, with nothing chosen.
    const places = this.answers.length + 1;
    this.active = ((this.active + 1 + step + places) % places) - 1;
    for (const [position, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(position === this.active));
    }
    const item = this.list.children[this.active];
    if (item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  open(item) {
    if (item) {
      window.location.assign(this.answers[[...this.list.children].indexOf(item)].url);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.active = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
  }
}

for (const input of document.querySelectorAll("input[data-suggestions]")) {
  new Search(input);
}

// « / » leads to the search of the site, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writes) {
    return;
  }
  const found = [...document.querySelectorAll("[data-site-search]")].find((input) => input.offsetParent);
  if (found) {
    event.preventDefault();
    found.focus();
    found.select();
  }
});
