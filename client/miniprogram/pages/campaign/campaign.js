/**
 * The campaign beside the paper: its pledges, its funds, and the works that are public.
 */

import { wxStorage } from "../../jielong/client/js/adapters/wx.js";
import { ApiError } from "../../jielong/client/js/api.js";
import { GIVING } from "../../config.js";
import { api, makePledge } from "../../shared/api.js";
import { withPrivacy } from "../../shared/privacy.js";
import { text } from "../../shared/words.js";
import { fundsOf, pledgesOf, worksOf } from "./view.js";

/** @import { CampaignContent, Certificate } from "../../jielong/client/js/types.js" */

/** @param {string} work */
const pictureOf = (work) => api.pictureOf(work);

const PLEDGED_KEY = "jielong.pledged.";

Page({
  data: {
    title: text("loading"),
    pledges: /** @type {ReturnType<typeof pledgesOf>} */ ([]),
    funds: /** @type {ReturnType<typeof fundsOf>} */ ([]),
    works: /** @type {ReturnType<typeof worksOf>} */ ([]),
    give: text("give"),
    busy: "",
  },

  id: "default",
  campaign: /** @type {CampaignContent | null} */ (null),
  next: /** @type {string | null} */ (null),

  /** @param {{campaign?: string}} query */
  onLoad({ campaign }) {
    this.id = campaign || "default";
    void this.load();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async load() {
    try {
      const [campaign, { works, next }] = await Promise.all([api.campaign(this.id), api.works(this.id)]);
      this.campaign = campaign;
      this.next = next;
      this.setData({ title: campaign.title, funds: fundsOf(campaign), works: worksOf(works, pictureOf) });
      this.showPledges();
    } catch (error) {
      this.setData({ title: text(isMissing(error) ? "notice_no_such_campaign" : "unreachable") });
    }
  },

  /** More works, as far as there are any. */
  async onReachBottom() {
    const cursor = this.next;
    this.next = null;
    if (!cursor) return;
    try {
      const { works, next } = await api.works(this.id, { cursor });
      this.next = next;
      this.setData({ works: [...this.data.works, ...worksOf(works, pictureOf)] });
    } catch {
      this.next = cursor; // The next pull asks again.
    }
  },

  showPledges() {
    if (this.campaign) this.setData({ pledges: pledgesOf(this.campaign, this.pledged()) });
  },

  /** The pledges that this device has made. @returns {Record<string, Certificate>} */
  pledged() {
    try {
      return JSON.parse(wxStorage(wx).get(PLEDGED_KEY + this.id) ?? "{}");
    } catch {
      return {};
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event Its button has the pledge's id. */
  async pledge({ currentTarget }) {
    const { id } = currentTarget.dataset;
    if (this.data.busy || !this.campaign) return;
    this.setData({ busy: id });
    try {
      const certificate = await makePledge(this.id, id);
      const made = { ...this.pledged(), [id]: certificate };
      wxStorage(wx).set(PLEDGED_KEY + this.id, JSON.stringify(made));
      this.campaign = withNumber(this.campaign, certificate);
      this.showPledges();
    } catch (error) {
      void wx.showToast({ title: text(wordOf(error)), icon: "none" });
    } finally {
      this.setData({ busy: "" });
    }
  },

  /** Shows the picture of the certificate. @param {WechatMiniprogram.TouchEvent} event Its button has the pledge's id. */
  certificate({ currentTarget }) {
    const picture = api.certificatePictureOf(this.pledged()[currentTarget.dataset.id].certificate);
    void wx.previewImage({ urls: [picture], current: picture });
  },

  /** @param {WechatMiniprogram.TouchEvent} event Its button has the fund's id. */
  give({ currentTarget }) {
    const address = api.giveAddress(this.id, currentTarget.dataset.id);
    if (GIVING === "web-view") {
      void wx.navigateTo({ url: `/pages/give/give?address=${encodeURIComponent(address)}` });
      return;
    }
    const failed = () => void wx.showToast({ title: text("again_later"), icon: "none" });
    const told = () =>
      void wx.showModal({ title: text("give_title"), content: text("give_text"), showCancel: false });
    withPrivacy(() => void wx.setClipboardData({ data: address, success: told, fail: failed }), failed);
  },

  /** @param {WechatMiniprogram.TouchEvent} event Its picture has an index. */
  look({ currentTarget }) {
    const urls = this.data.works.map(({ picture }) => picture);
    void wx.previewImage({ urls, current: urls[currentTarget.dataset.index] });
  },

  onShareAppMessage() {
    const mine = this.pledged();
    const made = this.campaign && firstOf(this.campaign, mine);
    const path = `/pages/campaign/campaign?campaign=${this.id}`;
    if (!made) return { title: text("share_campaign"), path };
    const imageUrl = api.certificatePictureOf(mine[made.id].certificate);
    return { title: text("share_pledge", { text: made.text }), path, imageUrl };
  },
});

/**
 * The count is at least the number that was just given.
 * @param {CampaignContent} campaign @param {Certificate} certificate @returns {CampaignContent}
 */
function withNumber(campaign, { pledge, number }) {
  const pledges = campaign.pledges.map((one) =>
    one.id === pledge ? { ...one, count: Math.max(one.count, number) } : one);
  return { ...campaign, pledges };
}

/** The first of its pledges that was made. @param {CampaignContent} campaign @param {Record<string, Certificate>} mine */
function firstOf({ pledges }, mine) {
  return pledges.find(({ id }) => mine[id]);
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof ApiError && error.status === 404;
}

/** The key of what to say of it. @param {unknown} error */
function wordOf(error) {
  const code = error instanceof ApiError ? error.code : "";
  if (code === "slow_down") return code;
  return code === "closed" ? "notice_closed" : "again_later";
}
