/**
 * The relay of this page. It connects at once, while the texts are still loading.
 */

import { browserSocket, browserStorage, socketUrl } from "../../../client/js/adapters/browser.js";
import { useSocket } from "../../../client/js/adapters/web-socket.js";
import { Relay } from "../../../client/js/relay.js";
import { BASE_PATH } from "../shared/base-path.js";
import { campaign } from "../shared/document-campaign.js";
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

/** An address of another campaign, in the form of former versions. */
const other = query.get("campaign");
const isElsewhere = other !== null && other !== campaign.id;
query.delete("campaign");
/** The query of the address without the campaign. */
const rest = () => (String(query) ? `?${query}` : "");
if (isElsewhere) location.replace(`${BASE_PATH}/c/${encodeURIComponent(other)}${rest()}`);

export const relay = new Relay({
  url: socketUrl(location, BASE_PATH),
  socket: pageSocket,
  storage: browserStorage,
  // Few pages need it, and not at once.
  solve: async (altcha) => (await import("../../../client/js/proof/solve.js")).solve(altcha),
  hello: { campaign: campaign.id, locale: chosenLanguage(), client: "web" },
});

/** The id of the phrase in the address. */
export const wantedPhrase = query.get("phrase");

const invite = query.get("invite");
if (invite && !isElsewhere) {
  relay.dispatch({ t: "user:join", invite });
  // An invite works once, so a reload must not use it again.
  query.delete("invite");
  history.replaceState(history.state, "", location.pathname + rest());
}

if (!isTooOld() && !isElsewhere) relay.start();
