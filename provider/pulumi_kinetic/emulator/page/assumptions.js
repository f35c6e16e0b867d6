// What the API reference doesn't say, as a form: made from the emulator's own description of it.

import { send } from "./api.js";
import { element, find, setText } from "./dom.js";

/** Make what shows the assumptions; see endpointsView. */
export async function assumptionsView(act) {
  const { properties } = await send("GET", "assumptions/schema");
  let values = null;
  const change = (name, value) =>
    act(`${name} is changed.`, () => send("PUT", "assumptions", { ...values, [name]: value }));
  const fields = Object.entries(properties).map(([name, schema]) => field(name, schema, (value) => change(name, value)));
  find("assumptions").append(...fields.map(({ shown }) => shown));
  const all = find("all-assumptions");
  all.addEventListener("click", () => {
    const isOpen = find("assumptions").classList.toggle("all");
    setText(all, isOpen ? "Show the varied ones only" : `Show all ${fields.length}`);
    all.setAttribute("aria-expanded", isOpen);
  });
  setText(all, `Show all ${fields.length}`);
  find("reset-assumptions").addEventListener("click", () =>
    act("The assumptions are as they were.", () => send("PUT", "assumptions", {})));

  return ({ assumptions }) => {
    values = assumptions;
    const varied = fields.filter(({ show, name }) => show(assumptions[name]));
    setText(find("assumption-count"), varied.length > 0 ? `${varied.length} varied` : "none varied");
  };
}

/** Make the field of an assumption: `show` writes a value into it, and says whether that isn't the default. */
function field(name, schema, change) {
  const id = `assumption-${name}`;
  const hint = element("span", { class: "hint", id: `${id}-hint` }, schema.description);
  const control = controlFor(id, schema, change);
  const shown = element("div", { class: "assumption" }, control.title(name), control.node, hint);
  const show = (value) => {
    control.write(value);
    const varied = JSON.stringify(value) !== JSON.stringify(schema.default);
    shown.classList.toggle("varied", varied);
    return varied;
  };
  return { name, shown, show };
}

function controlFor(id, schema, change) {
  const options = schema.anyOf ?? [schema];
  const nullable = options.some(({ type }) => type === "null");
  const kind = options.find(({ type }) => type !== "null");
  if (kind.type === "array") return severalOf(id, kind.items.enum, change);
  if (kind.type === "boolean") return oneOf(id, [true, false], change);
  if (kind.enum) return oneOf(id, nullable ? [null, ...kind.enum] : kind.enum, change);
  return typed(id, kind, nullable, change);
}

const labelled = (id) => (name) => element("label", { for: id }, name);
const described = (id) => ({ id, "aria-describedby": `${id}-hint` });
const WORDS = new Map([[null, "none"], [true, "yes"], [false, "no"]]);

function oneOf(id, values, change) {
  const words = values.map((value) => WORDS.get(value) ?? value);
  const node = element("select", described(id), ...words.map((word) => element("option", {}, word)));
  node.addEventListener("change", () => change(values[node.selectedIndex]));
  return { node, title: labelled(id), write: (value) => { node.selectedIndex = values.indexOf(value); } };
}

function typed(id, kind, nullable, change) {
  const isText = kind.type === "string";
  const limits = isText ? { type: "text" } : { type: "number", min: kind.minimum ?? 0, step: kind.type === "integer" ? 1 : "any" };
  if (kind.maximum !== undefined) limits.max = kind.maximum;
  const node = element("input", { ...described(id), ...limits, ...(nullable ? { placeholder: "none" } : { required: "" }) });
  node.addEventListener("change", () => {
    if (!node.reportValidity()) return;
    if (nullable && node.value === "") change(null);
    else change(isText ? node.value : Number(node.value));
  });
  // What is being typed stays.
  const write = (value) => { if (document.activeElement !== node) node.value = value ?? ""; };
  return { node, title: labelled(id), write };
}

/** Several values, in the order in which they were ticked. */
function severalOf(id, values, change) {
  let chosen = [];
  const boxes = values.map((value) => element("input", { type: "checkbox", value }));
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const others = chosen.filter((value) => value !== box.value);
      change(box.checked ? [...others, box.value] : others);
    });
  }
  const summary = element("summary", { "aria-describedby": `${id}-hint` });
  const list = element("div", { class: "boxes" }, ...boxes.map((box) => element("label", {}, box, box.value)));
  const node = element("details", {}, summary, list);
  const write = (value) => {
    chosen = value;
    for (const box of boxes) box.checked = value.includes(box.value);
    setText(summary, value.join(", ") || "none");
  };
  return { node, title: (name) => element("span", { class: "label" }, name), write };
}
