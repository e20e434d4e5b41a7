/**
 * The one page: joins the core, the paper and the finger. State goes one way, from the relay to the
 * template and the paper; the template answers with the relay's verbs.
 */

import { wxSocket, wxStorage } from "../../jielong/client/js/adapters/wx.js";
import { Pen, Playout, Relay, canWrite, usedInk } from "../../jielong/client/js/index.js";
import { SERVICE } from "../../config.js";
import { Paper } from "./paper.js";
import { REACTIONS, viewOf } from "./view.js";

Page({
  data: { reactions: REACTIONS },

  /** @param {{campaign?: string, invite?: string}} query */
  onLoad({ campaign, invite }) {
    const relay = new Relay({
      url: SERVICE,
      socket: wxSocket(wx),
      storage: wxStorage(wx),
      hello: { campaign, locale: "zh-CN", client: "wechat" },
    });
    this.relay = relay;
    this.playout = new Playout();
    this.pen = new Pen({
      onPart: (p, end) => relay.act({ t: "user:ink", p, end }),
      onFull: (what) => relay.act({ t: "user:full", what }),
    });
    relay.on("change", (change) => this.changed(change));
    if (invite) relay.act({ t: "user:join", invite });
    this.setData(viewOf(relay.state));
    this.onNetwork = ({ isConnected }) => isConnected && relay.wake();
    wx.onNetworkStatusChange(this.onNetwork);
    relay.start();
  },

  onReady() {
    wx.createSelectorQuery()
      .select("#paper")
      .fields({ node: true, size: true })
      .exec(([found]) => {
        this.side = found.width;
        this.paper = new Paper(found.node, found.width, wx.getWindowInfo().pixelRatio);
        this.paint();
      });
  },

  onShow() {
    this.relay?.wake();
  },

  onUnload() {
    wx.offNetworkStatusChange(this.onNetwork);
    this.relay.stop();
  },

  onShareAppMessage() {
    const { campaign, room } = this.relay.state;
    const invite = room?.invite ? `?invite=${room.invite.code}&campaign=${campaign.id}` : "";
    return { title: room ? `我写了一个字，等你来接：「${room.phrase.text}」` : "你写一字，我接一字", path: `/pages/relay/relay${invite}` };
  },

  /** @param {import("../../jielong/client/js/types.js").Change} change */
  changed({ before, state }) {
    const same = before.own?.room === state.own?.room && before.own?.c === state.own?.c;
    if (!same || !canWrite(state)) this.pen.drop();
    this.playout.feed(state.room?.live ?? null, this.relay.now());
    this.paint();
    const view = viewOf(state);
    if (JSON.stringify(view) === this.shown) return;
    this.shown = JSON.stringify(view);
    this.setData(view);
  },

  /** At most once a frame. */
  paint() {
    if (!this.paper || this.asked) return;
    this.asked = true;
    this.paper.nextFrame(() => {
      this.asked = false;
      const { strokes, open, more } = this.ink();
      this.paper.draw(strokes, open);
      if (more) this.paint();
    });
  },

  ink() {
    const { room, own } = this.relay.state;
    if (own) {
      const strokes = this.pen.isDown && own.open ? own.strokes.slice(0, -1) : own.strokes;
      return { strokes, open: this.pen.stroke, more: false };
    }
    const committed = room?.committed[room.turn.c];
    if (committed) return { strokes: committed, open: [], more: false };
    return this.playout.at(this.relay.now());
  },

  /** @param {any} event */
  sampleOf({ touches, timeStamp }) {
    const [{ x, y, force = 0 }] = touches;
    const within = (/** @type {number} */ value) => Math.min(1, Math.max(0, value / this.side));
    return { x: within(x), y: within(y), t: timeStamp, pressure: force, kind: "touch" };
  },

  down(event) {
    if (event.touches.length > 1 || !canWrite(this.relay.state)) return;
    this.pen.down(this.sampleOf(event), usedInk(this.relay.state));
    this.paint();
  },

  move(event) {
    if (event.touches.length > 1 || !this.pen.isDown) return;
    this.pen.move([this.sampleOf(event)]);
    this.paint();
  },

  up() {
    this.pen.up();
    this.paint();
  },

  cancel() {
    if (!this.pen.isDown) return;
    this.up();
    this.undo();
  },

  join() {
    this.relay.act({ t: "user:join" });
  },

  undo() {
    this.pen.up();
    this.relay.act({ t: "user:undo" });
  },

  clear() {
    this.pen.up();
    this.relay.act({ t: "user:clear" });
  },

  commit() {
    this.pen.up();
    this.relay.act({ t: "user:commit" });
  },

  invite() {
    this.relay.act({ t: "user:invite" });
  },

  react({ currentTarget }) {
    this.relay.act({ t: "user:react", e: currentTarget.dataset.e });
  },

  leave() {
    wx.showModal({
      title: "现在离开吗？",
      content: "你的席位会让给别人。已经写好的字会留下。",
      cancelText: "再写一会",
      confirmText: "离开",
      success: ({ confirm }) => confirm && this.relay.act({ t: "user:leave" }),
    });
  },
});
