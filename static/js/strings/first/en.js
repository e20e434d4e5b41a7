/**
 * The texts that the first screen and the first stroke need, in English. `{name}` is replaced by a
 * value. Every language has the same keys.
 */
export default {
  locale: "en",

  product: "Jielong",
  home_link: "Jielong, home",
  tagline: "You write one, I write the next",
  about: "Write a short phrase with a stranger far away, stroke by stroke, taking turns.",

  phrase_choice: "Which phrase",
  phrase_any: "Surprise me",
  phrase_more: "Others",
  join: "Begin",
  joining: "Taking a seat…",
  gallery: "See what others wrote",
  wall: "The wall",

  settings: "Settings",
  invite: "Invite a friend",
  report: "Report",
  stroke_order: "Stroke order",
  stroke_order_of: "How to write “{char}”, {n} strokes",

  counter_relays: "works",
  counter_participants: "writers",
  counter_online: "online",
  counter_writing: "writing",
  counters: "At this moment",

  waiting_mine: "Write the first character",
  waiting_mine_more: "Somebody is on the way. Begin if you like; nothing you write gets lost.",
  waiting_friend: "The invitation is ready: you may begin",
  waiting_friend_more: "Only the friend who has it can take the seat. Nothing you write gets lost.",
  waiting_theirs: "Waiting for somebody to write “{char}”",
  waiting_theirs_more: "Your character stays on the paper. You may go: somebody will finish it.",
  waiting_theirs_none: "Somebody is on the way; the next character is yours.",
  my_turn: "Your turn: “{char}”",
  my_turn_more: "Press “Done” when it is finished, and the next one is theirs.",
  my_turn_alone: "Your partner has left. Finish this one, and somebody else goes on.",
  committing: "Drying…",
  their_turn: "They are writing “{char}”",
  their_turn_more: "Watch their brush. The next one may be yours.",
  partner_nobody: "Looking for a partner",
  partner_friend: "Waiting for your friend",
  you: "You",
  partner: "Partner",
  time_left: "Time left",

  undo: "Undo",
  clear: "Clear",
  commit: "Done",
  leave: "Leave",

  paper_mine: "Paper: write “{char}”",
  paper_theirs: "Paper: your partner writes “{char}”",
  phrase_row: "The phrase",
  char_done: "“{char}”, written by {who}",
  char_now: "“{char}”, {who} writing now",
  char_later: "“{char}”, to be written by {who}",

  connecting: "Laying out the paper…",
  offline: "The connection is lost. Reconnecting…",
  offline_restart: "The service is being updated. Back in a moment…",
  offline_busy: "Many people are here. You are in the queue…",
  offline_safe: "Every stroke you wrote is still here.",

  say_waiting: "You have a seat; looking for a partner. You write the first character.",
  say_matched: "Your partner is here: {alias}. ",
  say_my_turn: "Your turn to write “{char}”. ",
  say_their_turn: "Their turn to write “{char}”. ",
  say_away: "Your partner is away for a moment. ",
  say_back: "Your partner is back. ",
  say_left: "Your partner has left. ",
  say_done: "Written together. You are writer no. {n}.",
};
