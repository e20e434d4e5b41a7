/**
 * The texts of a campaign's page, in Japanese.
 */
export default {
  by: "主催",
  more_about: "この接龍について",
  share: "共有",
  goal: "目標までの道のり",
  goal_of: "目標 {goal}",

  way_write: "ひとこと書く",
  way_pledge: "約束する",
  way_give: "寄付する",
  counter_pledges: "人が約束",
  pledge_go: "約束します",
  pledge_going: "押印しています…",
  pledge_see: "{n} 人目 · 証を見る",
  say_pledged: "約束を受けとめました。あなたは {n} 人目です。",
  counter_donations: "件の寄付",
  give_go: "寄付へ進む",
  taken_by: "お金は {hosts} が受け取り、当サイトは扱いません。",

  phase_before: "まだ始まっていません",
  phase_before_more: "そのころまたお越しください。",
  phase_before_at: "{when} 開始",
  phase_ended: "この接龍は終わりました",
  phase_ended_more: "参加してくださった皆さま、ありがとうございました。作品はここにあります。",
  phase_paused: "この接龍はいま開いていません",
  phase_paused_more: "できあがった作品はここにあります。",

  moment_here: "{there}（お住まいの地域では {here}）",
  opens: "開始",
  closes: "終了",
  money: "お金",
  link: "詳しく",
  needs_script: "書くことと約束には JavaScript が必要です。有効にしてからお越しください。",

  newest_of: "できたばかり：{text}",
  milestone: "節目",
  milestone_relays: "{n} 作品になりました",
  milestone_participants: "{n} 人が書きました",
  milestone_pledges: "{n} 人が約束しました",
  close: "閉じる",

  share_title: "もっと多くの人に",
  share_link: "このページのリンク",
  share_copy: "リンクをコピー",
  share_copied: "コピーしました",
  share_system: "共有…",
  share_code: "このページのQRコード",

  thanks: "ありがとうございます",
  thanks_more: "お気持ちは {hosts} が受け取ります。確認がすむと総額に加わります。",
  thanks_write: "ひとことも、書いて贈る",
  thanks_way: "見知らぬ誰かと一字ずつ、願いを紙に書きます。",
  thanks_raised: "これまでの総額",
};
