// The control routes of the emulator, which this page is a client of.

/** Send a request, and return the JSON of its answer; a refusal is an Error with the emulator's words. */
export async function send(method, route, body) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/_emulator/${route}`, options).catch(() => {
    throw new Error("the emulator doesn't answer");
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the emulator refused it (${answer.status}): ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

export const endpointRoute = (id) => `endpoints/${encodeURIComponent(id)}`;

/**
 * Listen to the emulator's changes, as long as the page is seen: a browser keeps only six connections to a server, and
 * hidden pages would use them up.
 *
 * @param changed Called when there may be something new to show.
 * @param connected Called with true when the connection is there, with false when it is lost.
 */
export function listen(changed, connected) {
  let source = null;
  let seen = null;
  let again = null;

  const open = () => {
    clearTimeout(again);
    source?.close();
    seen = null;
    source = document.hidden ? null : new EventSource("/_emulator/events");
    if (!source) return;
    source.onmessage = ({ data }) => {
      connected(true);
      if (data !== seen) changed();
      seen = data;
    };
    source.onerror = () => {
      source.close();
      connected(false);
      again = setTimeout(open, 1000);
    };
  };
  document.addEventListener("visibilitychange", open);
  open();
}
