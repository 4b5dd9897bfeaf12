// One click is enough: while a step is under way its button says so, and a second
// click does nothing. The server would take it for the same step anyway.
"use strict";
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter || form.querySelector("button");
    if (button) {
      button.dataset.says = button.textContent;
      button.textContent = form.dataset.working;
      button.setAttribute("aria-busy", "true");
    }
  });
}
// A page that comes back from the browser's memory can be used again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[data-says]")) {
      button.textContent = button.dataset.says;
      button.removeAttribute("aria-busy");
    }
  }
});
