// The requests of the API, as they come.

import { send } from "./api.js";
import { count, element, find, setText, showList } from "./dom.js";

/** Make what shows the requests; see endpointsView. */
export function requestsView(act) {
  let overview = null;
  const rows = find("request-rows");
  const filter = find("filter");

  const show = (latest) => {
    overview = latest;
    const { requests, request_count: all } = overview;
    const wanted = filter.value.trim().toLowerCase();
    const matching = requests.filter((request) => textOf(request).includes(wanted));
    const shown = count(requests.length, all);
    setText(find("request-count"), wanted ? `${matching.length} of the ${shown}` : shown);
    rows.parentElement.hidden = matching.length === 0;
    find("no-requests").hidden = matching.length > 0;
    setText(find("no-requests"), all > 0 ? "None matches the filter." : "None yet. They appear here as they come.");
    showList(rows, matching, (request) => request.request_id, create, showRequest);
  };
  filter.addEventListener("input", () => overview && show(overview));
  find("clear-requests").addEventListener("click", () => act("The requests are forgotten.", () => send("DELETE", "log")));
  return show;
}

const textOf = (request) =>
  [request.method, request.target, request.status, request.change, ...request.faults].join(" ").toLowerCase();

function create() {
  const cell = (name, ...children) => element("td", { role: "cell", class: name }, ...children);
  const head = element("th", { role: "rowheader", scope: "row" });
  head.append(element("span", { class: "method" }), " ", element("span", { class: "target" }));
  const change = cell("change", element("span", { class: "what" }), element("span", { class: "fault", hidden: "" }));
  return element("tr", { role: "row" }, cell("time", element("time")), head, cell("answer"), change);
}

function showRequest(row, request) {
  const part = (name) => row.querySelector(`.${name}`);
  const at = new Date(request.at * 1000);
  setText(row.querySelector("time"), at.toTimeString().slice(0, 8));
  row.querySelector("time").dateTime = at.toISOString();
  setText(part("method"), request.method);
  setText(part("target"), request.target);
  setText(part("answer"), request.status === null ? "…" : String(request.status));
  part("answer").dataset.kind = kindOf(request.status);
  setText(part("what"), request.change ?? (request.status === null ? "under way" : "nothing"));
  part("what").hidden = request.change === null && request.faults.length > 0;
  row.classList.toggle("changed", request.change !== null);
  part("fault").hidden = request.faults.length === 0;
  setText(part("fault"), request.faults.join(", "));
}

function kindOf(status) {
  if (status === null) return "open";
  return status < 400 ? "good" : status < 500 ? "refused" : "failed";
}
