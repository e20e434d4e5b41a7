/**
 * The texts of a campaign's page, in traditional Chinese.
 */
export default {
  by: "發起",
  more_about: "關於這次接龍",
  share: "分享",
  goal: "離目標還有多遠",
  goal_of: "目標 {goal}",

  way_write: "合寫一句",
  way_pledge: "許一個諾",
  way_give: "捐一份心",
  counter_pledges: "人次承諾",
  pledge_go: "我承諾",
  pledge_going: "正在蓋印…",
  pledge_see: "第 {n} 位 · 看證書",
  say_pledged: "承諾已記下，你是第 {n} 位。",
  counter_donations: "筆捐款",
  give_go: "去捐助",
  taken_by: "款項由 {hosts} 收取，本站不經手。",

  phase_before: "還沒有開始",
  phase_before_more: "到時請再來。",
  phase_before_at: "{when} 開始",
  phase_ended: "這場接龍已經結束",
  phase_ended_more: "謝謝每一位參與的人。寫成的作品都在這裡。",
  phase_paused: "這場接龍現在沒有開放",
  phase_paused_more: "寫成的作品都在這裡。",

  moment_here: "{there}（你的時區 {here}）",
  opens: "開始",
  closes: "結束",
  money: "款項",
  link: "更多",
  needs_script: "書寫和承諾要用到 JavaScript，請開啟它再來。",

  newest_of: "剛剛寫成：{text}",
  milestone: "里程碑",
  milestone_relays: "已寫成 {n} 幅作品",
  milestone_participants: "已有 {n} 人次落筆",
  milestone_pledges: "已有 {n} 人次承諾",
  close: "關上",

  share_title: "請更多人來",
  share_link: "這一頁的連結",
  share_copy: "複製連結",
  share_copied: "已複製",
  share_system: "分享…",
  share_code: "這一頁的 QR 碼",

  thanks: "謝謝你",
  thanks_more: "你的心意由 {hosts} 收下。確認之後，總數裡會有它。",
  thanks_write: "再寫一句，送給他們",
  thanks_way: "與一位素不相識的人，一人一字，把祝福寫在紙上。",
  thanks_raised: "至此共籌得",
};
