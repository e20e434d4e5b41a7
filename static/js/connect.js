/**
 * The relay of this page. It dials at once, while the page's words are still on their way.
 */

import { browserSocket, browserStorage, socketUrl } from "../../client/js/adapters/browser.js";
import { Relay } from "../../client/js/relay.js";
import { chosenLanguage } from "./language.js";
import { isTooOld } from "./support.js";

const query = new URLSearchParams(location.search);

export const relay = new Relay({
  url: socketUrl(location),
  socket: browserSocket,
  storage: browserStorage,
  hello: { campaign: query.get("campaign") ?? undefined, locale: chosenLanguage(), client: "web" },
});

/** The phrase that the address names. */
export const wantedPhrase = query.get("phrase");

const invite = query.get("invite");
if (invite) {
  relay.dispatch({ t: "user:join", invite });
  // Used once: a reload must not knock at the friend's door again.
  query.delete("invite");
  history.replaceState(null, "", query.size > 0 ? `?${query}` : location.pathname);
}

if (!isTooOld()) relay.start();
