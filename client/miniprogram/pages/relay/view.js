/**
 * What the page says of a state, pure: the values of the template.
 */

import { canWrite, hasInk, screenOf } from "../../jielong/client/js/index.js";

const MARKS = { clap: "👏", heart: "❤", fire: "🔥", smile: "😊", fan: "扇" };

/** As the template wants them. */
export const REACTIONS = Object.entries(MARKS).map(([e, mark]) => ({ e, mark }));

/** @param {import("../../jielong/client/js/types.js").State} state */
export function viewOf(state) {
  const { room, done, counters, reaction } = state;
  const [title, more] = words(state);
  const here = room?.partner?.state === "here";
  return {
    screen: screenOf(state),
    title,
    more: here && reaction ? `${more}  ${MARKS[reaction.e]}` : more,
    inRoom: room !== null,
    company: Boolean(room?.partner),
    invited: Boolean(room?.invite),
    ready: ["idle", "done"].includes(screenOf(state)),
    done: done !== null,
    writing: canWrite(state),
    inked: hasInk(state),
    ghost: room ? room.turn.char : "",
    chars: (room?.phrase.chars ?? []).map((char, c) => ({ char, state: stateOf(room, c) })),
    counters: counters ? `${counters.relays} 幅作品　${counters.participants} 人次落笔` : "",
  };
}

/** @param {any} room @param {number} c */
function stateOf(room, c) {
  if (room.committed[c]) return "done";
  return c === room.turn.c ? "now" : "later";
}

/** A title, and a line under it. @param {import("../../jielong/client/js/types.js").State} state */
function words(state) {
  const { room, done } = state;
  const char = room?.turn.char;
  const mine = room !== null && room.turn.seat === room.seat;
  switch (screenOf(state)) {
    case "connecting": return ["正在铺纸研墨…", ""];
    case "offline": return ["网断了，正在重新连上…", room ? "你写的笔画都还在。" : ""];
    case "elsewhere": return ["已在别处打开", "这里先停笔。"];
    case "closed": return ["这场接龙已经收卷", "谢谢每一位落笔的人。"];
    case "joining": return ["正在入座…", ""];
    case "waiting": return mine ? ["先写第一个字吧", "另一位正在赶来。"] : [`正在等一位同伴接写「${char}」`, "你的字已经留在纸上。"];
    case "my-turn": return [`轮到你写「${char}」`, partnerLine(room?.partner ?? null)];
    case "their-turn": return [`对方正在写「${char}」`, partnerLine(room?.partner ?? null)];
    case "done": return ["合写完成", `你是第 ${done?.serial} 位落笔的人`];
    default: return ["你写一字，我接一字", "与一位素不相识的人，一笔一画合写一句话。"];
  }
}

/** @param {import("../../jielong/client/js/types.js").PartnerState | null} partner */
function partnerLine(partner) {
  return partner?.state === "away" ? "对方的网断了，座位还替 TA 留着。" : partner?.alias ?? "";
}
