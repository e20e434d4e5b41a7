/**
 * The values of the template for a state, pure.
 */

import { canKeepRoom, canWrite, directionOf, hasInk, needsPartner, screenOf } from "../../jielong/client/js/index.js";
import { hasText, text } from "../../shared/words.js";

/** @import { PartnerState, Room, State } from "../../jielong/client/js/types.js" */

const MARKS = { clap: "👏", heart: "❤", fire: "🔥", smile: "😊", fan: "扇" };

/** Without a partner the turn lasts minutes, and the page shows only the last one. */
const TIME_SHOWN_BELOW_MS = 60_000;

/** The reactions for the template. */
export const REACTIONS = Object.entries(MARKS).map(([e, mark]) => ({ e, mark }));

/** The phrases to choose from: the Chinese ones, if there are any. @param {State} state */
export function choiceOf({ phrases }) {
  const own = phrases.filter(({ locale }) => locale.startsWith("zh"));
  return own.length > 0 ? own : phrases;
}

/** The languages to write: Chinese, if the campaign has phrases in it, else any. @param {State} state */
export function localesOf({ phrases }) {
  return phrases.some(({ locale }) => locale.startsWith("zh")) ? ["zh"] : undefined;
}

/** @param {State} state @param {number} now On the clock of the state's times. */
export function viewOf(state, now) {
  const { room, done, counters, reaction, notice } = state;
  const screen = screenOf(state);
  const [title, more] = titles(state, now);
  const here = room?.partner?.state === "here";
  const code = `notice_${notice?.code}`;
  return {
    screen,
    title,
    more: here && reaction ? `${more}  ${MARKS[reaction.e]}` : more,
    notice: notice && hasText(code) ? text(code) : "",
    time: screen === "offline" ? "" : timeOf(room, now),
    inRoom: room !== null && screen !== "elsewhere",
    hasPartner: Boolean(room?.partner),
    invited: Boolean(room?.invite),
    go: goOf(screen),
    ready: ["idle", "done", "elsewhere"].includes(screen),
    choosing: screen === "idle",
    poster: screen === "done" && Boolean(done?.phrase) && isWhole(done?.chars ?? []),
    writing: canWrite(state),
    inked: hasInk(state),
    commit: text(state.draft?.committing ? "committing" : "commit"),
    guide: room ? room.turn.char : "",
    direction: room ? directionOf(room.phrase) : "ltr",
    chars: (room?.phrase.chars ?? []).map((char, c) => ({ char, state: stateOf(room, c) })),
    counters: counters ? text("counters_line", counters) : "",
  };
}

/** Whether this client has received every character. @param {(number[][] | null)[]} chars */
function isWhole(chars) {
  return chars.length > 0 && chars.every((strokes) => strokes !== null);
}

/** @param {string} screen */
function goOf(screen) {
  if (screen === "done") return text("again");
  return text(screen === "elsewhere" ? "elsewhere_here" : "join");
}

/** @param {any} room @param {number} c */
function stateOf(room, c) {
  if (room.committed[c]) return "done";
  return c === room.turn.c ? "now" : "later";
}

/** The time left of the turn; empty while the partner whose turn it is is away. @param {Room | null} room @param {number} now */
function timeOf(room, now) {
  if (!room) return "";
  const { turn, partner, seat } = room;
  if (partner?.state === "away" && turn.seat !== seat) return "";
  const left = Math.max(0, turn.until - now);
  const hasPartner = partner !== null && partner.state !== "left";
  return hasPartner || left < TIME_SHOWN_BELOW_MS ? text("seconds_left", { s: Math.ceil(left / 1000) }) : "";
}

/** The title, and the line under it. @param {State} state @param {number} now @returns {[string, string]} */
function titles(state, now) {
  const { room, done, connection, finished } = state;
  switch (screenOf(state)) {
    case "connecting": return [text("connecting"), ""];
    case "offline": return [offline(connection.reason), room ? text("offline_safe") : ""];
    case "elsewhere": return [text("elsewhere_title"), text("elsewhere_text")];
    case "closed": return [text("closed_title"), ""];
    case "joining": return [text("joining"), ""];
    case "waiting":
    case "my-turn":
    case "their-turn": return turnTitles(state, /** @type {Room} */ (room), now);
    case "done": return [text("done_title"), text("done_serial", { n: done?.serial ?? "" })];
    default: {
      const last = finished.at(-1);
      if (last) return [text("finished_title"), text("done_serial", { n: last.serial })];
      return [text("tagline"), text("about")];
    }
  }
}

/** @param {string} reason */
function offline(reason) {
  return text(reason === "restart" || reason === "busy" ? `offline_${reason}` : "offline");
}

/** @param {State} state @param {Room} room @param {number} now @returns {[string, string]} */
function turnTitles(state, room, now) {
  const { turn, partner, seat, invite } = room;
  const { char } = turn;
  const mine = turn.seat === seat;
  if (!partner && mine) {
    const what = invite ? "waiting_friend" : "waiting_mine";
    return [text(what), text(`${what}_more`)];
  }
  if (!mine && (!partner || partner.state === "left"))
    return [text("waiting_theirs", { char }), text(canKeepRoom(state) ? "waiting_theirs_more" : "waiting_theirs_none")];
  if (mine && partner?.state === "left" && needsPartner(room))
    return [text("my_turn", { char }), text("my_turn_alone")];
  return [text(mine ? "my_turn" : "their_turn", { char }), partnerText(room, /** @type {PartnerState} */ (partner), now)];
}

/** @param {Room} room @param {PartnerState} partner @param {number} now */
function partnerText(room, { alias, region, state, until }, now) {
  const name = alias || text("unknown_partner");
  if (state === "left") return `${name} · ${text(needsPartner(room) ? "partner_left" : "partner_left_done")}`;
  if (state === "away") {
    const s = Math.max(0, Math.ceil((until - now) / 1000));
    return `${name} · ${until ? text("partner_away", { s }) : text("partner_away_plain")}`;
  }
  return region ? `${name} · ${text("partner_region", { region })}` : name;
}
