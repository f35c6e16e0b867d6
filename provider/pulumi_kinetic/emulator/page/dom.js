// Building and changing the page. What the emulator sends is text, and only ever becomes text.

export const find = (id) => document.getElementById(id);

/** Make an element; strings among the children become text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Make a button that isn't part of a form. */
export function button(label, attributes, onClick) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** Change a text only where it differs, so that nothing is read out, or selected text lost, without a reason. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Show a list of items as the children of an element. An item's element stays the same as long as the item is there:
 * who is on one of its buttons stays there.
 *
 * @param create Makes the element of an item.
 * @param update Writes an item's values into its element.
 */
export function showList(parent, items, keyOf, create, update) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    const shown = before.get(key) ?? create(item);
    before.delete(key);
    shown.dataset.key = key;
    update(shown, item);
    return shown;
  });
  for (const gone of before.values()) gone.remove();
  wanted.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}

/** Say how long ago something was, in one unit. */
export function age(milliseconds) {
  const seconds = Math.max(0, Math.floor((Date.now() - milliseconds) / 1000));
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}`;
  }
  return "< 1 min";
}

/** Say how many there are, and that not all are shown. */
export const count = (shown, all) => (all > shown ? `latest ${shown} of ${all}` : String(all));
