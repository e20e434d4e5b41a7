/**
 * The texts that the first screen and the first stroke need, in simplified Chinese. `{name}` is replaced by a
 * value. Every language has the same keys.
 */
export default {
  locale: "zh-CN",

  product: "接龙",
  home_link: "接龙，回到首页",
  tagline: "你写一字，我接一字",
  about: "与一位素不相识的人，隔着网线，一笔一画合写一句话。",

  phrase_choice: "写哪一句",
  phrase_any: "随缘",
  phrase_more: "换一批",
  join: "开始",
  joining: "正在入座…",
  gallery: "看看大家写的",
  wall: "作品墙",

  settings: "设置",
  invite: "请朋友来写",
  report: "举报",
  stroke_order: "笔顺",
  stroke_order_of: "「{char}」的笔顺，共 {n} 画",

  counter_relays: "幅作品",
  counter_participants: "人次落笔",
  counter_online: "人在线",
  counter_writing: "人正在写",
  counters: "此刻",

  waiting_mine: "先写第一个字吧",
  waiting_mine_more: "另一位正在赶来。你可以先写，写好的字不会丢。",
  waiting_friend: "请柬已备好，先写吧",
  waiting_friend_more: "只有拿到请柬的朋友能坐进来。写好的字不会丢。",
  waiting_theirs: "正在等一位同伴接写「{char}」",
  waiting_theirs_more: "你的字已经留在纸上。离开也无妨，会有人接着写完。",
  waiting_theirs_none: "另一位正在赶来，下一个字是你的。",
  my_turn: "轮到你写「{char}」",
  my_turn_more: "写好后按「写好了」，对方就能接下一个字。",
  my_turn_alone: "同伴走了。你写完这个字，会有人来接。",
  committing: "正在落纸…",
  their_turn: "对方正在写「{char}」",
  their_turn_more: "看着对方的笔，下一个字也许就是你的。",
  partner_nobody: "寻找同伴中",
  partner_friend: "等朋友来",
  you: "你",
  partner: "对方",
  time_left: "剩余时间",

  undo: "撤一笔",
  clear: "重写",
  commit: "写好了",
  leave: "离开",

  paper_mine: "书写格：写「{char}」",
  paper_theirs: "书写格：对方在写「{char}」",
  phrase_row: "这句话",
  char_done: "「{char}」，{who}已写好",
  char_now: "「{char}」，{who}正在写",
  char_later: "「{char}」，由{who}来写",

  connecting: "正在铺纸研墨…",
  offline: "网断了，正在重新连上…",
  offline_restart: "服务正在更新，马上回来…",
  offline_busy: "来的人太多，正在排队…",
  offline_safe: "你写的笔画都还在。",

  say_waiting: "已入座，正在寻找同伴。你写第一个字。",
  say_matched: "同伴来了：{alias}。",
  say_my_turn: "轮到你写「{char}」。",
  say_their_turn: "轮到对方写「{char}」。",
  say_away: "同伴暂时离线。",
  say_back: "同伴回来了。",
  say_left: "同伴离开了。",
  say_done: "合写完成，你是第 {n} 位落笔的人。",
};
