/**
 * The texts that the first screen and the first stroke need, in traditional Chinese. `{name}` is replaced by a
 * value. Every language has the same keys.
 */
export default {
  locale: "zh-TW",

  product: "接龍",
  home_link: "接龍，回到首頁",
  tagline: "你寫一字，我接一字",
  about: "與一位素不相識的人，隔著網路，一筆一畫合寫一句話。",

  phrase_choice: "寫哪一句",
  phrase_any: "隨緣",
  phrase_more: "換一批",
  join: "開始",
  joining: "正在入座…",
  gallery: "看看大家寫的",
  wall: "作品牆",

  settings: "設定",
  invite: "請朋友來寫",
  report: "檢舉",
  stroke_order: "筆順",
  stroke_order_of: "「{char}」的筆順，共 {n} 畫",

  counter_relays: "幅作品",
  counter_participants: "人次落筆",
  counter_online: "人在線上",
  counter_writing: "人正在寫",
  counters: "此刻",

  waiting_mine: "先寫第一個字吧",
  waiting_mine_more: "另一位正在趕來。你可以先寫，寫好的字不會丟。",
  waiting_friend: "請柬已備好，先寫吧",
  waiting_friend_more: "只有拿到請柬的朋友能坐進來。寫好的字不會丟。",
  waiting_theirs: "正在等一位同伴接寫「{char}」",
  waiting_theirs_more: "你的字已經留在紙上。離開也無妨，會有人接著寫完。",
  waiting_theirs_none: "另一位正在趕來，下一個字是你的。",
  my_turn: "輪到你寫「{char}」",
  my_turn_more: "寫好後按「寫好了」，對方就能接下一個字。",
  my_turn_alone: "同伴走了。你寫完這個字，會有人來接。",
  committing: "正在落紙…",
  their_turn: "對方正在寫「{char}」",
  their_turn_more: "看著對方的筆，下一個字也許就是你的。",
  partner_nobody: "尋找同伴中",
  partner_friend: "等朋友來",
  you: "你",
  partner: "對方",
  time_left: "剩餘時間",

  undo: "撤一筆",
  clear: "重寫",
  commit: "寫好了",
  leave: "離開",

  paper_mine: "書寫格：寫「{char}」",
  paper_theirs: "書寫格：對方在寫「{char}」",
  phrase_row: "這句話",
  char_done: "「{char}」，{who}已寫好",
  char_now: "「{char}」，{who}正在寫",
  char_later: "「{char}」，由{who}來寫",

  connecting: "正在鋪紙研墨…",
  offline: "網路斷了，正在重新連上…",
  offline_restart: "服務正在更新，馬上回來…",
  offline_busy: "來的人太多，正在排隊…",
  offline_safe: "你寫的筆畫都還在。",

  say_waiting: "已入座，正在尋找同伴。你寫第一個字。",
  say_matched: "同伴來了：{alias}。",
  say_my_turn: "輪到你寫「{char}」。",
  say_their_turn: "輪到對方寫「{char}」。",
  say_away: "同伴暫時離線。",
  say_back: "同伴回來了。",
  say_left: "同伴離開了。",
  say_done: "合寫完成，你是第 {n} 位落筆的人。",
};
