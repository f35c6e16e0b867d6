// Faults at a click, and those still to come.

import { send } from "./api.js";
import { button, element, find, setText, showList } from "./dom.js";

const refusal = (code, message) => JSON.stringify({ error: { code, message } });

const PRESETS = [
  {
    name: "429, 3 times",
    effect: "Too many requests; Retry-After: 1",
    fault: { times: 3, commit: false, status: 429, headers: { "Retry-After": "1" }, body: refusal("rate_limited", "too many requests") },
  },
  {
    name: "500",
    effect: "The API fails; nothing is done",
    fault: { commit: false, status: 500, body: refusal("internal_error", "something went wrong") },
  },
  {
    name: "A proxy's 404",
    effect: "An HTML page, not the API's answer",
    fault: { commit: false, status: 404, content_type: "text/html", body: "<html><h1>404 Not Found</h1></html>" },
  },
  {
    name: "Dropped answer",
    effect: "It is done, then the connection closes",
    fault: { drop: true },
  },
  {
    name: "Half an answer",
    effect: "Cut off in the middle of the body",
    fault: { half_body: true },
  },
  {
    name: "Slow, 10 times",
    effect: "Each answer comes 3 seconds late",
    fault: { times: 10, delay_after_seconds: 3 },
  },
];

/** Make what shows the faults; see endpointsView. */
export function faultsView(act) {
  for (const { name, effect, fault } of PRESETS) {
    const set = () => act(`${name}: set for what comes next.`, () => send("PUT", "faults", [fault]));
    const made = button("", {}, set);
    made.append(element("strong", {}, name), element("span", {}, effect));
    find("presets").append(made);
  }
  find("clear-faults").addEventListener("click", () => act("No fault is left.", () => send("PUT", "faults", [])));

  return ({ faults, fault_count: all }) => {
    const lines = faults.map(textOf);
    if (all > faults.length) lines.push(`${all - faults.length} more`);
    if (all === 0) lines.push("None.");
    showList(find("faults"), lines.map((text, place) => ({ text, place })), ({ place }) => place,
      () => element("li"), (item, { text }) => setText(item, text));
    find("faults").classList.toggle("some", all > 0);
  };
}

function textOf({ effects, method, path, times, skip }) {
  const requests = `${method ?? ""} ${times === 1 ? "request" : "requests"}${path ? ` for ${path}` : ""}`.trim();
  const which = times === 1 ? `The next ${requests}` : `The next ${times} ${requests}`;
  return `${which}${skip ? `, after ${skip}` : ""}: ${effects.join(", ") || "as usual"}`;
}
