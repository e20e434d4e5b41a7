/**
 * WeChat's authorisation for what its privacy rules cover: the album and the clipboard. WeChat shows
 * its own dialog the first time, with the account's 用户隐私保护指引.
 */

/** @param {() => void} run What needs it. @param {() => void} refused */
export function withPrivacy(run, refused) {
  wx.requirePrivacyAuthorize({ success: run, fail: refused });
}
