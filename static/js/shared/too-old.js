/*
 * Tells the user when the browser could not run the page's modules: the page has loaded and
 * `booted.js` has not run. Written in ES5, for old browsers.
 */
window.addEventListener("load", function () {
  if (document.documentElement.getAttribute("data-booted")) return;
  var said = {
    en: "This page could not be opened. Please reload it, or use a newer browser.",
    ja: "このページを開けませんでした。再読み込みするか、新しいブラウザをお使いください。",
    tw: "這一頁沒能打開。請重新整理，或換用新版的瀏覽器、微信再來。",
    zh: "这一页没能打开。请刷新，或换用新版的浏览器、微信再来。"
  };
  /** @type {Record<string, string>} */
  var byTag = said;
  var tag = (navigator.language || "zh").toLowerCase();
  var words = document.createElement("p");
  words.className = "notice";
  words.setAttribute("role", "alert");
  words.appendChild(document.createTextNode(
    /^zh.*(tw|hk|mo|hant)/.test(tag) ? said.tw : byTag[tag.slice(0, 2)] || said.en
  ));
  document.body.setAttribute("data-state", "too-old");
  (document.querySelector("main") || document.body).appendChild(words);
});
