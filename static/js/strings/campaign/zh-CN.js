/**
 * The texts of a campaign's page, in simplified Chinese.
 */
export default {
  by: "发起",
  more_about: "关于这次接龙",
  share: "分享",
  goal: "离目标还有多远",
  goal_of: "目标 {goal}",

  way_write: "合写一句",
  way_pledge: "许一个诺",
  way_give: "捐一份心",
  counter_pledges: "人次承诺",
  pledge_go: "我承诺",
  pledge_going: "正在盖印…",
  pledge_see: "第 {n} 位 · 看证书",
  say_pledged: "承诺已记下，你是第 {n} 位。",
  counter_donations: "笔捐款",
  give_go: "去捐助",
  taken_by: "款项由 {hosts} 收取，本站不经手。",

  phase_before: "还没有开始",
  phase_before_more: "到时请再来。",
  phase_before_at: "{when} 开始",
  phase_ended: "这场接龙已经结束",
  phase_ended_more: "谢谢每一位参与的人。写成的作品都在这里。",
  phase_paused: "这场接龙现在没有开放",
  phase_paused_more: "写成的作品都在这里。",

  moment_here: "{there}（你的时区 {here}）",
  opens: "开始",
  closes: "结束",
  money: "款项",
  link: "更多",
  needs_script: "书写和承诺要用到 JavaScript，请打开它再来。",

  newest_of: "刚刚写成：{text}",
  milestone: "里程碑",
  milestone_relays: "已写成 {n} 幅作品",
  milestone_participants: "已有 {n} 人次落笔",
  milestone_pledges: "已有 {n} 人次承诺",
  close: "关上",

  share_title: "请更多人来",
  share_link: "这一页的链接",
  share_copy: "复制链接",
  share_copied: "已复制",
  share_system: "分享…",
  share_code: "这一页的二维码",

  thanks: "谢谢你",
  thanks_more: "你的心意由 {hosts} 收下。确认之后，总数里会有它。",
  thanks_write: "再写一句，送给他们",
  thanks_way: "与一位素不相识的人，一人一字，把祝福写在纸上。",
  thanks_raised: "至此共筹得",
};
