// A job under way: its state is asked again every two seconds, until it ends. A weak network only slows that.
const EVERY = 2000;
const SLOWEST = 30000;

for (const box of document.querySelectorAll("[data-job-box]")) {
  const again = box.querySelector("[data-job-again]");
  if (again) again.hidden = true;
  if (box.querySelector("[data-job]")) follow(box, EVERY);
}

function follow(box, wait) {
  setTimeout(async () => {
    const state = box.querySelector("[data-job]");
    const found = await ask(state.dataset.job);
    if (!found) {
      follow(box, Math.min(SLOWEST, 2 * wait));
      return;
    }
    show(state, found);
    if (found.dataset.job) follow(box, EVERY);
    else for (const past of document.querySelectorAll("[data-job-acts], [data-job-note]")) past.remove();
  }, wait);
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".job");
  } catch {
    return null;
  }
}

function show(state, found) {
  // Screen readers say the words of the state when they change, and only then.
  const [words, newWords] = [state, found].map((part) => part.querySelector("[data-job-words]"));
  if (words.textContent !== newWords.textContent) words.replaceChildren(...newWords.childNodes);
  state.querySelector("[data-job-body]").replaceWith(found.querySelector("[data-job-body]"));
  if (!found.dataset.job) delete state.dataset.job;
}
