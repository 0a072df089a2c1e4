"use strict";

// Passkeys: what the server asks goes to the browser, and its answer back. Whoever has no script signs in with codes.

async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) {
    throw new Error(said.detail || said.title || "It did not work.");
  }
  return said;
}

async function create(button) {
  const { options, state } = await ask("/account/factors/passkey/options", {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({ publicKey });
  const name = document.getElementById(button.dataset.name).value;
  return ask("/account/factors/passkey", { state, name, response: made.toJSON() });
}

async function use(button) {
  const path = button.dataset.passkey;
  const { options } = await ask(`${path}/options`, {});
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const used = await navigator.credentials.get({ publicKey });
  return ask(path, { response: used.toJSON(), return_to: button.dataset.returnTo });
}

function reason(error) {
  if (error.name === "NotAllowedError") {
    return "The passkey was not used: it was stopped, or took too long.";
  }
  if (error.name === "InvalidStateError") {
    return "This device has a passkey for you already.";
  }
  return error.message;
}

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) {
    part.hidden = false;
  }
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.addEventListener("click", async () => {
      const problem = document.getElementById("passkey-problem");
      problem.hidden = true;
      button.disabled = true;
      try {
        const { next } = await (button.dataset.passkey === "create" ? create(button) : use(button));
        location.assign(next);
      } catch (error) {
        problem.textContent = reason(error);
        problem.hidden = false;
        button.disabled = false;
      }
    });
  }
}
