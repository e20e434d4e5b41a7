/**
 * The page at `/`: connects the core and the views. State goes one way, from the relay to every
 * view, at most once a frame. The views dispatch user events to the relay.
 */

import "../shared/booted.js";
import { relay, wantedPhrase } from "./connect.js";
import { browserStorage } from "../../../client/js/adapters/browser.js";
import { screenOf } from "../../../client/js/state/selectors.js";
import { HomeArt } from "../home/home-art.js";
import { HomeView } from "../home/home-view.js";
import { RelayView } from "../relay/relay-view.js";
import { campaign, fillTold } from "../shared/document-campaign.js";
import { button, icon } from "../shared/dom.js";
import { whenIdle } from "../shared/idle.js";
import { LazyView } from "../shared/lazy-view.js";
import { addStyles, lazy } from "../shared/lazy.js";
import { settings } from "../shared/settings.js";
import { isTooOld } from "../shared/support.js";
import { fillTexts } from "../shared/text.js";
import { Announcer } from "./announcer.js";
import { CountersView } from "./counters-view.js";
import { followEmbedding, isEmbedded } from "./embedded.js";
import { FocusView } from "./focus-view.js";
import { FrameView, isMessage } from "./frame-view.js";
import { startServiceWorker } from "./service-worker.js";

/** @typedef {import("../../../client/js/types.js").State} State */
/** @typedef {import("../shared/lazy-view.js").View} View */

const message = lazy(() => import("./message-view.js"), ({ MessageView }) => new MessageView(relay), "message");

const landscapePhone = matchMedia("(max-height: 30rem) and (min-width: 36rem)");
/** Styles that few users need: a phone in landscape, a left hand. */
const addRareStyles = () => Promise.all([
  settings.get("side") === "left" && addStyles("left-handed"),
  landscapePhone.matches && addStyles("landscape"),
]).catch(() => {}); // Offline; the page works without them.
landscapePhone.addEventListener("change", addRareStyles);
await addRareStyles();

fillTexts(document);
fillTold(document);
followEmbedding();

/** The first stroke comes first: what is more on the first screen waits for somebody who looks at it. */
let isIdle = false;
/** @param {State} state */
const isLookedAt = (state) => isIdle && ["idle", "closed"].includes(screenOf(state));

if (isTooOld()) message().then((view) => view.show("too-old"));
else open();

function open() {
  const render = renderOnChange(makeViews());
  addSettings();
  wakeOnReturn();
  document.addEventListener("visibilitychange", render);
  render();
  const onIdle = () => {
    loadTheRest();
    isIdle = true;
    render();
  };
  relay.on("change", ({ before, state }) => state.welcomed && !before.welcomed && whenIdle(onIdle));
}

/** @returns {View[]} In the order in which they are rendered. */
function makeViews() {
  const art = new HomeArt();
  const hasMore = campaign.milestones.length > 0 || document.querySelector(".ways, .telling") !== null;
  const hasWorks = browserStorage.get("jielong.works") !== null;
  return [
    new HomeView(relay, art, wantedPhrase),
    new LazyView(
      lazy(() => import("../campaign/campaign-view.js"), ({ CampaignView }) => new CampaignView(relay)),
      (state) => isLookedAt(state) && (hasMore || !state.campaign?.open),
    ),
    new LazyView(
      lazy(() => import("../home/newest-works.js"), ({ NewestWorks }) => new NewestWorks(art)),
      isLookedAt,
    ),
    new RelayView(relay),
    new LazyView(
      lazy(() => import("../relay/done-view.js"), ({ DoneView }) => new DoneView(relay), "done"),
      ({ room, done }) => done !== null || Boolean(room?.partner),
    ),
    new LazyView(
      lazy(() => import("../home/works-view.js"), ({ WorksView }) => new WorksView(browserStorage), "works-strip"),
      ({ room, done, finished }) => hasWorks || done !== null || finished.length > 0 || Boolean(room?.partner),
    ),
    new LazyView(message, isMessage),
    new LazyView(
      lazy(() => import("./notice-view.js"), ({ NoticeView }) => new NoticeView()),
      ({ notice }) => notice !== null,
    ),
    new FrameView(),
    new CountersView(),
    new Announcer(),
    new FocusView(),
  ];
}

/**
 * Renders the views after a change, at most once a frame.
 * @param {View[]} views
 * @returns {() => void} Renders them at once.
 */
function renderOnChange(views) {
  let scheduled = false;
  const render = () => {
    scheduled = false;
    for (const view of views) view.render?.(relay.state);
  };
  relay.on("change", (change) => {
    for (const view of views) view.onChange?.(change);
    if (scheduled) return;
    scheduled = true;
    // A hidden page gets no frames, but its title and announcements must change.
    if (document.hidden) queueMicrotask(render);
    else requestAnimationFrame(render);
  });
  return render;
}

function addSettings() {
  const dialog = lazy(() => import("./settings-dialog.js"), ({ SettingsDialog }) => new SettingsDialog(relay), "dialogs");
  button("settings").append(icon("gear"));
  button("settings").addEventListener("click", () => dialog().then((it) => it.open(), () => {}));
}

/** Wakes the relay when the page or the network is back. */
function wakeOnReturn() {
  const wake = () => relay.wake();
  addEventListener("online", wake);
  addEventListener("pageshow", ({ persisted }) => persisted && wake());
  /** @type {any} */ (navigator).connection?.addEventListener("change", wake);
  document.addEventListener("visibilitychange", () => document.hidden || wake());
}

/** The font is larger than all that the first stroke needs. */
function loadTheRest() {
  addStyles("fonts").catch(() => {});
  if (!isEmbedded) startServiceWorker();
}
