/**
 * The page: connects the core, the canvas and touch input. State goes one way, from the relay to
 * the template and the canvas. The template dispatches user events to the relay.
 */

import { wxSocket, wxStorage } from "../../jielong/client/js/adapters/wx.js";
import {
  JitterBuffer, Pen, REPORT_REASONS, Relay, canKeepRoom, canWrite, inkUsage, isWriting, screenOf, solve,
} from "../../jielong/client/js/index.js";
import { HEIGHT, WIDTH } from "../../jielong/static/js/poster/style.js";
import { SERVICE } from "../../config.js";
import { withPrivacy } from "../../shared/privacy.js";
import { Paper } from "./paper.js";
import { drawPoster } from "./poster.js";
import { REACTIONS, choiceOf, localesOf, viewOf } from "./view.js";
import { text } from "../../shared/words.js";

/** @import { Change, Notice, Phrase, Sample } from "../../jielong/client/js/types.js" */
/** @typedef {{touches: {x: number, y: number, force?: number}[], timeStamp: number}} CanvasTouch */

const NOTICE_MS = 7000;

/** The value of what `onLoad` and `onReady` make. */
const later = /** @type {any} */ (null);

Page({
  data: { reactions: REACTIONS, phrases: [text("phrase_any")], chosen: 0 },

  relay: /** @type {Relay} */ (later),
  pen: /** @type {Pen} */ (later),
  jitterBuffer: /** @type {JitterBuffer} */ (later),
  paper: /** @type {Paper | null} */ (null),
  poster: /** @type {WechatMiniprogram.Canvas | null} */ (null),
  side: 1,
  shown: "",
  scheduled: false,
  ticking: 0,
  noticed: 0,
  onNetwork: /** @type {WechatMiniprogram.OnNetworkStatusChangeCallback} */ (later),
  onTheme: /** @type {WechatMiniprogram.OnThemeChangeCallback} */ (later),

  /** @param {{campaign?: string, invite?: string}} query */
  onLoad({ campaign, invite }) {
    const relay = new Relay({
      url: SERVICE,
      socket: wxSocket(wx),
      storage: wxStorage(wx),
      solve,
      hello: { campaign, locale: "zh-CN", client: "wechat" },
    });
    this.relay = relay;
    this.jitterBuffer = new JitterBuffer();
    this.pen = new Pen({
      onPart: (p, end) => relay.dispatch({ t: "user:ink", p, end }),
      onFull: (what) => relay.dispatch({ t: "user:full", what }),
      leastMs: () => relay.state.inkMs,
    });
    relay.on("change", (change) => this.changed(change));
    if (invite) relay.dispatch({ t: "user:join", invite });
    this.show();
    this.ticking = setInterval(() => this.show(), 1000);
    this.onNetwork = (/** @type {{isConnected: boolean}} */ { isConnected }) => isConnected && relay.wake();
    wx.onNetworkStatusChange(this.onNetwork);
    this.onTheme = (/** @type {{theme?: string}} */ { theme }) => {
      this.paper?.wear(theme);
      this.paint();
    };
    wx.onThemeChange(this.onTheme);
    relay.start();
  },

  onReady() {
    this.measure();
    wx.createSelectorQuery()
      .select("#poster")
      .fields({ node: true })
      .exec(([found]) => (this.poster = found.node));
  },

  onShow() {
    this.relay?.wake();
    this.measure();
  },

  onResize() {
    this.measure();
  },

  /** The size of the paper and the resolution of the screen may have changed. */
  measure() {
    wx.createSelectorQuery()
      .select("#paper")
      .fields({ node: true, size: true })
      .exec(([found]) => {
        if (!found?.node) return; // The page is not laid out yet.
        this.side = found.width;
        if (!this.paper) {
          this.paper = new Paper(found.node);
          this.paper.wear(wx.getAppBaseInfo().theme);
        }
        if (this.paper.resize(found.width * wx.getWindowInfo().pixelRatio)) this.paint();
      });
  },

  onHide() {
    this.cancel();
  },

  onUnload() {
    clearInterval(this.ticking);
    clearTimeout(this.noticed);
    wx.offNetworkStatusChange(this.onNetwork);
    wx.offThemeChange(this.onTheme);
    this.relay.stop();
  },

  onShareAppMessage() {
    const { campaign, room, done } = this.relay.state;
    const invite = room?.invite ? `&invite=${room.invite.code}` : "";
    const path = `/pages/relay/relay?campaign=${campaign?.id ?? ""}${invite}`;
    if (room) return { title: text("share_room", { text: room.phrase.text }), path };
    this.relay.dispatch({ t: "user:share", how: "link" });
    return { title: done?.phrase ? text("share_work", { text: done.phrase.text }) : text("tagline"), path };
  },

  /** @param {Change} change */
  changed({ before, state }) {
    const same = before.draft?.room === state.draft?.room && before.draft?.c === state.draft?.c;
    if (!same || !canWrite(state)) this.pen.drop();
    if (state.phrases !== before.phrases) this.offer(choiceOf(state));
    if (state.notice !== before.notice) this.notice(state.notice);
    this.jitterBuffer.push(state.room?.live ?? null, this.relay.now());
    this.paint();
    this.show();
  },

  /** The first choice is any phrase. @param {Phrase[]} phrases */
  offer(phrases) {
    this.setData({ phrases: [text("phrase_any"), ...phrases.map((phrase) => phrase.text)], chosen: 0 });
  },

  /** Shows what changed, also with time alone. */
  show() {
    const view = viewOf(this.relay.state, this.relay.now());
    if (JSON.stringify(view) === this.shown) return;
    this.shown = JSON.stringify(view);
    this.setData(view);
  },

  /** Shows a notice for a while. @param {Notice | null} notice */
  notice(notice) {
    clearTimeout(this.noticed);
    if (notice) this.noticed = setTimeout(() => this.relay.dispatch({ t: "user:dismiss" }), NOTICE_MS);
  },

  /** Paints at most once a frame. */
  paint() {
    if (!this.paper || this.scheduled) return;
    this.scheduled = true;
    this.paper.nextFrame(() => {
      this.scheduled = false;
      const { room, done } = this.relay.state;
      if (done?.phrase && !room) {
        this.paper.drawWork(done.chars, done.phrase);
        return;
      }
      const { strokes, open, more } = this.ink();
      this.paper.draw(strokes, open);
      if (more) this.paint();
    });
  },

  ink() {
    const { room, draft } = this.relay.state;
    if (draft) {
      const strokes = this.pen.isDown && draft.open ? draft.strokes.slice(0, -1) : draft.strokes;
      return { strokes, open: this.pen.stroke, more: false };
    }
    const committed = room?.committed[room.turn.c];
    if (committed) return { strokes: committed, open: [], more: false };
    return this.jitterBuffer.at(this.relay.now());
  },

  /** @param {CanvasTouch} event @returns {Sample} */
  sampleOf({ touches, timeStamp }) {
    const [{ x, y, force = 0 }] = touches;
    const within = (/** @type {number} */ value) => Math.min(1, Math.max(0, value / this.side));
    return { x: within(x), y: within(y), t: timeStamp, pressure: force, kind: "touch" };
  },

  /** @param {CanvasTouch} event */
  down(event) {
    if (event.touches.length > 1 || !canWrite(this.relay.state)) return;
    this.pen.down(this.sampleOf(event), inkUsage(this.relay.state));
    this.paint();
  },

  /** @param {CanvasTouch} event */
  move(event) {
    if (event.touches.length > 1 || !this.pen.isDown) return;
    this.pen.move([this.sampleOf(event)]);
    this.paint();
  },

  up() {
    this.pen.up();
    this.paint();
  },

  /** The system interrupted the stroke. */
  cancel() {
    if (!this.pen.isDown) return;
    const keep = isWriting(this.pen.stroke);
    this.up();
    if (!keep) this.undo();
  },

  /** Joins; or, after the page was opened elsewhere, continues here. */
  join() {
    if (screenOf(this.relay.state) === "elsewhere") {
      this.relay.start();
      return;
    }
    const phrase = choiceOf(this.relay.state)[this.data.chosen - 1]?.id;
    this.relay.dispatch({ t: "user:join", phrase, locales: localesOf(this.relay.state) });
  },

  /** @param {any} event Of the picker. */
  choose({ detail }) {
    this.setData({ chosen: Number(detail.value) });
  },

  undo() {
    this.pen.up();
    this.relay.dispatch({ t: "user:undo" });
  },

  clear() {
    this.pen.up();
    this.relay.dispatch({ t: "user:clear" });
  },

  commit() {
    this.pen.up();
    this.relay.dispatch({ t: "user:commit" });
  },

  invite() {
    this.relay.dispatch({ t: "user:invite" });
  },

  /** The campaign's pledges, funds and works. */
  open() {
    const id = this.relay.state.campaign?.id ?? "";
    void wx.navigateTo({ url: `/pages/campaign/campaign?campaign=${id}` });
  },

  /** @param {WechatMiniprogram.TouchEvent} event Its button has the reaction. */
  react({ currentTarget }) {
    this.relay.dispatch({ t: "user:react", e: currentTarget.dataset.e });
  },

  leave() {
    wx.showModal({
      title: text("leave_title"),
      content: text(canKeepRoom(this.relay.state) ? "keep_text" : "leave_text"),
      cancelText: text("leave_stay"),
      confirmText: text("leave_go"),
      success: ({ confirm }) => confirm && this.relay.dispatch({ t: "user:leave" }),
    });
  },

  report() {
    wx.showActionSheet({
      alertText: text("report_title"),
      itemList: REPORT_REASONS.map((why) => text(`report_${why}`)),
      success: ({ tapIndex }) => this.relay.dispatch({ t: "user:report", why: REPORT_REASONS[tapIndex] }),
    });
  },

  /** Makes the poster and opens WeChat's menu to send or save it; without that menu, saves it. */
  keep() {
    const { done, campaign } = this.relay.state;
    if (!done || !this.poster) return;
    drawPoster(this.poster, campaign?.title ?? "", done, new Date());
    wx.canvasToTempFilePath({
      canvas: this.poster,
      destWidth: WIDTH,
      destHeight: HEIGHT,
      success: ({ tempFilePath: path }) => {
        const kept = () => this.relay.dispatch({ t: "user:share", how: "poster" });
        if (wx.canIUse("showShareImageMenu")) void wx.showShareImageMenu({ path, success: kept });
        else this.save(path, kept);
      },
      fail: () => this.say("poster_failed"),
    });
  },

  /** Puts a picture into the album. @param {string} filePath @param {() => void} kept */
  save(filePath, kept) {
    const refused = () => this.say("poster_refused");
    const saved = () => {
      kept();
      this.say("poster_saved");
    };
    withPrivacy(() => void wx.saveImageToPhotosAlbum({ filePath, success: saved, fail: refused }), refused);
  },

  /** @param {string} key Of a text. */
  say(key) {
    void wx.showToast({ title: text(key), icon: "none" });
  },
});
