/**
 * The texts that the first screen and the first stroke need, in Japanese. `{name}` is replaced by a
 * value. Every language has the same keys.
 */
export default {
  locale: "ja",

  product: "接龍",
  home_link: "接龍、ホームへ",
  tagline: "一字ずつ、ふたりで",
  about: "見知らぬ誰かと、ひと筆ずつ交代でひとつの言葉を書きます。",

  phrase_choice: "書く言葉",
  phrase_any: "おまかせ",
  phrase_more: "ほかの言葉",
  join: "はじめる",
  joining: "席についています…",
  gallery: "みんなの作品を見る",
  wall: "作品の壁",

  settings: "設定",
  invite: "友だちを招く",
  report: "通報",
  stroke_order: "書き順",
  stroke_order_of: "「{char}」の書き順、全{n}画",

  counter_relays: "作品",
  counter_participants: "人が書いた",
  counter_online: "人が接続中",
  counter_writing: "人が執筆中",
  counters: "いま",

  waiting_mine: "最初の一字をどうぞ",
  waiting_mine_more: "相手を探しています。先に書いても、字は消えません。",
  waiting_friend: "招待状ができました。お先にどうぞ",
  waiting_friend_more: "招待状を持つ友だちだけが席につけます。書いた字は消えません。",
  waiting_theirs: "「{char}」を書く人を待っています",
  waiting_theirs_more: "あなたの字は紙に残ります。離れても、誰かが続きを書きます。",
  waiting_theirs_none: "相手を探しています。次の字はあなたの番です。",
  my_turn: "あなたの番：「{char}」",
  my_turn_more: "書けたら「できた」を押すと、次は相手の番です。",
  my_turn_alone: "相手は離れました。この字を書き終えると、別の人が続けます。",
  committing: "送信中…",
  their_turn: "相手が「{char}」を書いています",
  their_turn_more: "相手の筆を見ていてください。次はあなたかもしれません。",
  partner_nobody: "相手を探しています",
  partner_friend: "友だちを待っています",
  you: "あなた",
  partner: "相手",
  time_left: "残り時間",

  undo: "一画戻す",
  clear: "書き直す",
  commit: "できた",
  leave: "離れる",

  paper_mine: "紙：「{char}」を書く",
  paper_theirs: "紙：相手が「{char}」を書いています",
  phrase_row: "この言葉",
  char_done: "「{char}」、{who}が書きました",
  char_now: "「{char}」、{who}が書いています",
  char_later: "「{char}」、{who}が書く予定",

  connecting: "紙と墨を用意しています…",
  offline: "接続が切れました。つなぎ直しています…",
  offline_restart: "サービスを更新しています。すぐに戻ります…",
  offline_busy: "混み合っています。順番を待っています…",
  offline_safe: "書いた線はすべて残っています。",

  say_waiting: "席につきました。相手を探しています。最初の一字はあなたです。",
  say_matched: "相手が来ました：{alias}。",
  say_my_turn: "「{char}」を書く番です。",
  say_their_turn: "相手が「{char}」を書く番です。",
  say_away: "相手が一時的に離れました。",
  say_back: "相手が戻りました。",
  say_left: "相手が離れました。",
  say_done: "書き上げました。あなたは {n} 人目の書き手です。",
};
