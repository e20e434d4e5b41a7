/**
 * The relay of this page. It connects at once, while the texts are still loading.
 */

import { browserSocket, browserStorage, socketUrl } from "../../../client/js/adapters/browser.js";
import { useSocket } from "../../../client/js/adapters/web-socket.js";
import { Relay } from "../../../client/js/relay.js";
import { BASE_PATH } from "../shared/base-path.js";
import { chosenLanguage } from "../shared/language.js";
import { isTooOld } from "../shared/support.js";

/**
 * The first time, the socket that the document has opened already.
 * @type {import("../../../client/js/types.js").SocketAdapter}
 */
function pageSocket(url, subprotocols, handlers) {
  const page = /** @type {{earlySocket?: WebSocket}} */ (window);
  const { earlySocket } = page;
  delete page.earlySocket;
  if (earlySocket && earlySocket.readyState <= WebSocket.OPEN) return useSocket(earlySocket, handlers);
  return browserSocket(url, subprotocols, handlers);
}

const query = new URLSearchParams(location.search);

export const relay = new Relay({
  url: socketUrl(location, BASE_PATH),
  socket: pageSocket,
  storage: browserStorage,
  // Few pages need it, and not at once.
  solve: async (altcha) => (await import("../../../client/js/proof/solve.js")).solve(altcha),
  hello: { campaign: query.get("campaign") ?? undefined, locale: chosenLanguage(), client: "web" },
});

/** The id of the phrase in the address. */
export const wantedPhrase = query.get("phrase");

const invite = query.get("invite");
if (invite) {
  relay.dispatch({ t: "user:join", invite });
  // An invite works once, so a reload must not use it again.
  query.delete("invite");
  history.replaceState(history.state, "", query.size > 0 ? `?${query}` : location.pathname);
}

if (!isTooOld()) relay.start();
