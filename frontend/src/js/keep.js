// Forms that outlive a lost network: each is sent once, whatever the number of times it leaves, since the page
// gave it a token. What could not be sent stays on this device, and is told.
const PREFIX = "millecafes-keep-";

export function keepForms() {
  const page = document.querySelector("[data-keep]");
  if (!page) return;
  const key = PREFIX + page.dataset.keep;
  const said = page.querySelector("[data-keep-said]");
  const csrf = () => page.querySelector("[name=csrfmiddlewaretoken]").value;
  const waiting = () => JSON.parse(localStorage.getItem(key) ?? "[]");
  const store = (queue) => (queue.length ? localStorage.setItem(key, JSON.stringify(queue)) : localStorage.removeItem(key));

  function say(text) {
    const line = document.createElement("p");
    line.className = "callout";
    line.textContent = text;
    said.append(line);
  }

  // Sent: { label }. Refused: { errors }. No network, or a lost session: undefined.
  async function send(entries) {
    const body = new URLSearchParams(entries);
    body.set("csrfmiddlewaretoken", csrf());
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.status === 201 || answer.status === 422) return await answer.json();
    } catch (error) {
      console.warn(error);
    }
    return undefined;
  }

  async function leave() {
    const left = [];
    let sent = 0;
    for (const entries of waiting()) {
      const answer = await send(entries);
      if (!answer) left.push(entries);
      else if (answer.errors) say(`Pas enregistré : ${answer.errors.join(" ")}`);
      else sent += 1;
    }
    store(left);
    if (left.length) say("Gardé sur cet appareil : sera envoyé dès que le réseau revient, page ouverte.");
    if (sent) location.reload();
  }

  for (const form of page.querySelectorAll("[data-keep-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const entries = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
      store([...waiting(), entries]);
      said.replaceChildren();
      leave();
    });
  }
  addEventListener("online", leave);
  if (waiting().length) leave();
}
