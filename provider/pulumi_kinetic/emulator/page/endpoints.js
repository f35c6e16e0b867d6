// The endpoints, in the hands of the colleague who causes drift.

import { endpointRoute, send } from "./api.js";
import { age, button, count, element, find, setText, showList } from "./dom.js";

const SECRETS = new Map(); // those that the user has asked for, by the endpoint's id; no other is in this page

/**
 * Make what shows the endpoints.
 *
 * @param act Runs what a button does, and then shows what the emulator has.
 */
export function endpointsView(act) {
  const rows = find("endpoint-rows");
  const edit = editDialog(act);
  const remove = removeDialog(act);
  find("add").addEventListener("click", () => act("An endpoint is added.", () => send("POST", "seed", { count: 1 })));

  const create = ({ webhook_endpoint_id: id }) => {
    const cell = (name, ...children) => element("td", { role: "cell", class: name }, ...children);
    const head = element("th", { role: "rowheader", scope: "row" }, element("span", { class: "url" }));
    head.append(element("span", { class: "id" }), element("code", { class: "secret", hidden: "" }));
    const toggle = button("", { class: "toggle" }, () => toggleStatus(act, id, toggle.dataset.status));
    const reveal = button("", { class: "reveal" }, () => toggleSecret(act, id));
    const buttons = cell("actions", toggle, button("Edit", { "aria-label": `Edit ${id}` }, () => edit(id)), reveal);
    buttons.append(button("Delete", { "aria-label": `Delete ${id}` }, () => remove(id)));
    const status = cell("status", element("span", { class: "pill" }));
    return element("tr", { role: "row" }, head, status, cell("events"), cell("age", element("time")), buttons);
  };
  return (overview) => {
    const { endpoints, endpoint_count: all } = overview;
    const ids = new Set(endpoints.map((endpoint) => endpoint.webhook_endpoint_id));
    for (const id of SECRETS.keys()) if (!ids.has(id)) SECRETS.delete(id);
    setText(find("endpoint-count"), count(endpoints.length, all));
    find("no-endpoints").hidden = all > 0;
    rows.parentElement.hidden = all === 0;
    showList(rows, endpoints, (endpoint) => endpoint.webhook_endpoint_id, create, showEndpoint);
  };
}

function showEndpoint(row, endpoint) {
  const part = (name) => row.querySelector(`.${name}`);
  const id = endpoint.webhook_endpoint_id;
  setText(part("url"), endpoint.url);
  const organization = endpoint.organization === "first" ? "" : ` · ${endpoint.organization}`;
  setText(part("id"), `${id} · ${endpoint.environment}${organization}`);
  setText(part("pill"), endpoint.status);
  part("pill").dataset.status = part("pill").title = endpoint.status;
  setText(part("events"), eventsOf(endpoint));
  showAge(row.querySelector("time"), endpoint.created_at);
  const enabled = endpoint.status === "enabled";
  label(part("toggle"), enabled ? "Disable" : "Enable", "", id);
  part("toggle").dataset.status = enabled ? "disabled" : "enabled";
  label(part("reveal"), SECRETS.has(id) ? "Hide" : "Secret", SECRETS.has(id) ? "the secret of" : "of", id);
  part("secret").hidden = !SECRETS.has(id);
  setText(part("secret"), SECRETS.get(id) ?? "");
}

function label(made, text, more, id) {
  setText(made, text);
  made.setAttribute("aria-label", [text, more, id].filter(Boolean).join(" "));
}

function showAge(time, createdAt) {
  const at = Date.parse(createdAt);
  setText(time, Number.isNaN(at) ? createdAt : age(at));
  time.title = createdAt;
}

function eventsOf({ enabled_events: names, event_count: all }) {
  if (names.length === 1 && names[0] === "*") return "all events";
  return all > names.length ? `${names.join(", ")} and ${all - names.length} more` : names.join(", ");
}

function toggleStatus(act, id, status) {
  return act(`${id} is ${status}.`, () => send("PATCH", endpointRoute(id), { status }));
}

function toggleSecret(act, id) {
  if (SECRETS.delete(id)) return act("The secret is hidden.", async () => {});
  return act("The secret is shown.", async () => {
    SECRETS.set(id, (await send("GET", endpointRoute(id))).signing_secret);
  });
}

/** Let a dialog's form be sent or cancelled; return what opens it. */
function dialog(name, onSend) {
  const made = find(name);
  made.querySelector(".cancel").addEventListener("click", () => made.close());
  made.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    made.close();
    onSend(made);
  });
  return made;
}

function editDialog(act) {
  let before = null;
  const made = dialog("edit", () => {
    const change = differences(before, fields);
    act(`${before.webhook_endpoint_id} is changed.`, () =>
      send("PATCH", endpointRoute(before.webhook_endpoint_id), change));
  });
  const fields = made.querySelector("form").elements;
  return (id) => act("", async () => {
    before = await send("GET", endpointRoute(id)); // whole, as the list isn't where it is long
    setText(find("edit-title"), `Edit ${id}`);
    fields.url.value = before.url;
    fields.enabled_events.value = before.enabled_events.join("\n");
    fields.status.value = before.status;
    made.showModal();
    fields.url.select();
  });
}

function differences(before, fields) {
  const names = fields.enabled_events.value.split("\n").map((name) => name.trim()).filter(Boolean);
  const change = {};
  if (fields.url.value !== before.url) change.url = fields.url.value;
  if (names.join("\n") !== before.enabled_events.join("\n")) change.enabled_events = names;
  if (fields.status.value !== before.status) change.status = fields.status.value;
  return change;
}

function removeDialog(act) {
  let target = null;
  const made = dialog("remove", async () => {
    await act(`${target} is deleted.`, () => send("DELETE", endpointRoute(target)));
    find("endpoints").focus(); // the button that had the focus is gone
  });
  return (id) => {
    target = id;
    setText(made.querySelector(".target"), id);
    made.showModal();
  };
}
