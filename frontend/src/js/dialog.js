// Dialogs: [data-dialog="id"] opens, [data-close] closes.
for (const b of document.querySelectorAll("[data-dialog]"))
  b.addEventListener("click", () => document.getElementById(b.dataset.dialog).showModal());
for (const b of document.querySelectorAll("[data-close]")) b.addEventListener("click", () => b.closest("dialog").close());
