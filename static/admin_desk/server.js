// Speaks with the server for an open form: in JSON, with the CSRF token of today, and
// in the name of the person whose form it is.

const STATES = { 401: "login", 404: "gone", 409: "other", 413: "large" };
const PATIENCE = 20000;

/** What the page tells of the form: templates/admin/articles/article/_saving.html. */
export const about = document.getElementById("saving")?.dataset;

const tokens = () => document.querySelectorAll("input[name=csrfmiddlewaretoken]");

// Logging in anywhere in this browser makes a new one.
function takeToken(token) {
  for (const input of tokens()) input.value = token;
}

/**
 * Ask the server; a body is posted. Never throws. `state` of the answer is one of
 * ok, login (nobody is logged in), other (somebody else is), gone, large, refused,
 * broken (the server failed) and offline (no answer).
 */
export async function ask(address, body, { isForm = false, again = true } = {}) {
  const isPost = body !== undefined;
  const headers = { Accept: "application/json", "X-Desk-User": about.user };
  if (isPost) headers["X-CSRFToken"] = tokens()[0].value;
  if (isPost && !isForm) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, {
      method: isPost ? "POST" : "GET",
      headers,
      body: isForm || !isPost ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    // What fetch throws for a network that fails, and for one that is too slow.
    if (!["TypeError", "AbortError", "TimeoutError"].includes(error.name)) throw error;
    return { state: "offline" };
  }
  const answer = await response.json().catch(() => null);
  if (answer?.csrf) takeToken(answer.csrf);
  if (response.ok) return answer ? { ...answer, state: "ok" } : { state: "broken" };
  // Django's answer to an old token is a page: get today's and ask once more.
  if (response.status === 403 && isPost && again) {
    const checked = await ask(about.checkUrl);
    return checked.state === "ok"
      ? ask(address, body, { isForm, again: false })
      : checked;
  }
  // What stands before the site answers 502 to 504 while the site is down.
  if (response.status > 501) return { state: "offline" };
  const state =
    STATES[response.status] ?? (response.status >= 500 ? "broken" : "refused");
  return { message: answer?.message, state };
}
