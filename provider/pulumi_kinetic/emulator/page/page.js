// The emulator's page. What it shows is always what the emulator has: after each click, and after each change that the
// emulator tells of, it asks for the whole and shows that.

import { listen, send } from "./api.js";
import { assumptionsView } from "./assumptions.js";
import { element, find, setText } from "./dom.js";
import { endpointsView } from "./endpoints.js";
import { faultsView } from "./faults.js";
import { requestsView } from "./requests.js";

const AGES_MILLISECONDS = 30_000;
const views = [];
let refreshing = null;
let wanted = false;
let isUnreadable = false;

/** Show what the emulator has. One request at a time: what changes meanwhile is asked for afterwards. */
function refresh() {
  wanted = true;
  refreshing ??= (async () => {
    try {
      while (wanted) {
        wanted = false;
        const overview = await send("GET", "overview");
        for (const show of views) show(overview);
        if (isUnreadable) complain("");
        isUnreadable = false;
      }
    } finally {
      refreshing = null;
    }
  })();
  return refreshing;
}

/** Do what a button says, show what the emulator then has, and say what was done, or why it wasn't. */
async function act(done, work) {
  try {
    await work();
    await refresh();
    setText(find("said"), done);
    complain("");
  } catch (error) {
    complain(`That didn't work: ${error.message}`);
  }
}

function complain(text) {
  setText(find("problem"), text);
  find("problem").hidden = text === "";
}

function showConnection(isThere) {
  setText(find("connection"), isThere ? "Live" : "No connection. Trying again…");
  find("connection").dataset.live = isThere;
}

function showHowToPointAStack() {
  const lines = [
    `pulumi config set kinetic:baseUrl ${location.origin}`,
    "pulumi config set --secret kinetic:apiKey md_test_emulator",
  ];
  setText(find("base-url"), location.origin);
  find("stack-lines").append(...lines.map((line) => element("code", {}, line)));
  find("copy-stack").hidden = !navigator.clipboard; // there is none where the page comes from another machine
  find("copy-stack").addEventListener("click", () => act("Copied.", () => navigator.clipboard.writeText(lines.join("\n"))));
}

async function begin() {
  showHowToPointAStack();
  views.push(endpointsView(act), requestsView(act), faultsView(act), await assumptionsView(act));
  const follow = () => refresh().catch((error) => {
    isUnreadable = true;
    complain(`This page may be out of date: ${error.message}`);
  });
  listen(follow, showConnection);
  setInterval(() => document.hidden || follow(), AGES_MILLISECONDS);
}

begin().catch((error) => complain(error.message));
