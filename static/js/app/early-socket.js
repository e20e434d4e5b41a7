/*
 * Opens the page's connection while its script is still on its way. Stands in the document itself;
 * connect.js takes the socket over and says hello.
 */
(function () {
  if (!window.WebSocket || /[?&]campaign=/.test(location.search)) return; // It may lead to another page.
  var base = document.documentElement.getAttribute("data-base") || "";
  var address = location.protocol.replace("http", "ws") + "//" + location.host + base + "/ws";
  /** @type {any} */ (window).earlySocket = new WebSocket(address, ["jielong.v1.msgpack", "jielong.v1.json"]);
})();
