// A plan that gets better: its figures and its map are asked again every two seconds, until it ends.
const EVERY = 2000;
const SLOWEST = 30000;

export function follow(currentMap) {
  const box = document.querySelector("[data-run-state]");
  if (!box?.dataset.runState) return;
  const again = document.querySelector("[data-run-again]");
  if (again) again.hidden = true;
  ask(box, currentMap, EVERY);
}

function ask(box, currentMap, wait) {
  setTimeout(async () => {
    const found = await state(box.dataset.runState);
    if (!found) {
      ask(box, currentMap, Math.min(SLOWEST, 2 * wait));
      return;
    }
    if (!found.dataset.runState) {
      location.reload(); // the result, or why there is none
      return;
    }
    show(box, found);
    const map = await currentMap()?.catch(() => undefined);
    await map?.refresh?.().catch(() => undefined);
    ask(box, currentMap, EVERY);
  }, wait);
}

async function state(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[data-run-state]");
  } catch {
    return null;
  }
}

function show(box, found) {
  // Screen readers say the words of the state when they change, and only then.
  const [words, newWords] = [box, found].map((part) => part.querySelector("[data-run-words]"));
  if (words.textContent !== newWords.textContent) words.replaceChildren(...newWords.childNodes);
  box.querySelector("[data-run-body]").replaceWith(found.querySelector("[data-run-body]"));
}
