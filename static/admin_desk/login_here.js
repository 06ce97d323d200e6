// Logging in without leaving the form.

import { about, ask } from "desk/server";

let dialog;

function make() {
  const template = document.getElementById("login-here");
  document.body.append(template.content.cloneNode(true));
  return document.querySelector("dialog.login-here");
}

/** Show the dialog; return whether the form's owner is logged in when it closes. */
export function logIn(sentence) {
  dialog ??= make();
  if (dialog.open) return Promise.resolve(false);
  const form = dialog.querySelector("form");
  const error = dialog.querySelector("[role=alert]");
  const { username, password } = form.elements;
  dialog.querySelector(".login-here-why").textContent = sentence;
  error.textContent = "";
  password.value = "";
  dialog.showModal();
  (username.value ? password : username).focus();
  return new Promise((resolve) => {
    const close = new AbortController();
    const { signal } = close;
    let isIn = false;
    form.addEventListener(
      "submit",
      async (event) => {
        event.preventDefault();
        event.stopPropagation();
        error.textContent = "";
        const button = form.querySelector("button[type=submit]");
        button.disabled = true;
        const sent = new FormData(form);
        sent.append("user", about.user);
        // For a token that the login view takes, whoever is logged in by now.
        await ask(about.checkUrl);
        const answer = await ask(about.loginUrl, sent, { isForm: true });
        button.disabled = false;
        if (answer.state === "ok") {
          isIn = true;
          dialog.close();
        } else {
          error.textContent =
            answer.message ?? gettext("The server does not answer. Try again.");
          password.select();
        }
      },
      { signal },
    );
    dialog
      .querySelector("[data-later]")
      .addEventListener("click", () => dialog.close(), { signal });
    dialog.addEventListener(
      "close",
      () => {
        close.abort();
        resolve(isIn);
      },
      { signal },
    );
  });
}
