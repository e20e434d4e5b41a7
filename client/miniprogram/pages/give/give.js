/**
 * The organiser's payment page, for accounts with a business domain (`GIVING` in config.js).
 */

Page({
  data: { address: "" },

  /** @param {{address?: string}} query */
  onLoad({ address = "" }) {
    this.setData({ address: decodeURIComponent(address) });
  },
});
