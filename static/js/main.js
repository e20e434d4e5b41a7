/**
 * The page: joins the core to the views. State goes one way, from the relay to every view, at
 * most once a frame; the views answer with the relay's verbs.
 */

import "./alive.js";
import { relay, wantedPhrase } from "./connect.js";
import { Announcer } from "./announcer.js";
import { CountersView } from "./counters.js";
import { button, icon } from "./dom.js";
import { FocusView } from "./focus.js";
import { HomeView } from "./home.js";
import { addStyles, later } from "./later.js";
import { LaterView } from "./later-view.js";
import { keepCampaign } from "./links.js";
import { PageView, isMessage } from "./page.js";
import { PlayView } from "./play.js";
import { settings } from "./settings.js";
import { fillTexts } from "./strings.js";
import { isTooOld } from "./support.js";

const message = later(() => import("./message.js"), ({ MessageView }) => new MessageView(relay), "message");

const sideways = matchMedia("(max-height: 30rem) and (min-width: 36rem)");
/** What few need: a phone on its side, a left hand. */
const addRareStyles = () => Promise.all([
  settings.get("side") === "left" && addStyles("left"),
  sideways.matches && addStyles("sideways"),
]).catch(() => {}); // Without a line; all works without them.
sideways.addEventListener("change", addRareStyles);
await addRareStyles();

fillTexts(document);
keepCampaign(document);

if (isTooOld()) message().then((view) => view.show("too-old"));
else open();

function open() {
  const views = [
    new HomeView(relay, wantedPhrase),
    new PlayView(relay),
    new LaterView(
      later(() => import("./done.js"), ({ DoneView }) => new DoneView(relay), "done"),
      ({ room, done }) => done !== null || Boolean(room?.partner),
    ),
    new LaterView(message, isMessage),
    new LaterView(
      later(() => import("./notices.js"), ({ NoticeView }) => new NoticeView()),
      ({ notice }) => notice !== null,
    ),
    new PageView(),
    new CountersView(),
    new Announcer(),
    new FocusView(),
  ];

  let asked = false;
  const render = () => {
    asked = false;
    for (const view of views) view.render(relay.state);
  };
  relay.on("change", (change) => {
    for (const view of views) view.happened?.(change);
    if (asked) return;
    asked = true;
    // A hidden page gets no frames, yet its title and announcements go on.
    if (document.hidden) queueMicrotask(render);
    else requestAnimationFrame(render);
  });

  const settings = later(() => import("./settings-dialog.js"), ({ SettingsDialog }) => new SettingsDialog(), "dialogs");
  button("settings").append(icon("gear"));
  button("settings").addEventListener("click", () => settings().then((dialog) => dialog.open(), () => {}));

  addEventListener("online", () => relay.wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) relay.wake();
    render();
  });
  render();
  // Its font is far larger than all that the first stroke needs, and the page does without.
  const addFonts = () => addStyles("fonts").catch(() => {});
  if (document.readyState === "complete") addFonts();
  else addEventListener("load", addFonts);
}
