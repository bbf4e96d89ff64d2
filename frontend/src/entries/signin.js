// Passkeys: the browser's own API, with the options that the server wrote in the page.
const forms = document.querySelectorAll("[data-passkey]");

async function options(form) {
  if (form.dataset.passkey !== "login") return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" } });
  if (!answer.ok) throw new Error(`passkey options: ${answer.status}`);
  return answer.json();
}

async function credential(form) {
  const found = await options(form);
  if (form.dataset.passkey === "create") {
    const wanted = found.creation_options.publicKey;
    // A key that the device finds by itself, and that asks for a finger, a face or a code.
    wanted.authenticatorSelection = { ...wanted.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(wanted) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(found.request_options.publicKey) });
}

for (const form of forms) {
  // Only where the browser can: elsewhere the page keeps its other ways in.
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  const error = form.querySelector("[data-passkey-error]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      const key = await credential(form);
      form.elements.credential.value = JSON.stringify(key.toJSON());
      form.submit();
    } catch (problem) {
      error.hidden = false;
      console.warn(problem);
    }
  });
}
