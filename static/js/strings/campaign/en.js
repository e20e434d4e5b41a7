/**
 * The texts of a campaign's page, in English.
 */
export default {
  by: "By",
  more_about: "About",
  share: "Share",
  goal: "Progress to the goal",
  goal_of: "Goal: {goal}",

  way_write: "Write a phrase",
  way_pledge: "Make a pledge",
  way_give: "Give",
  counter_pledges: "pledges",
  pledge_go: "I pledge",
  pledge_going: "Sealing…",
  pledge_see: "No. {n} · certificate",
  say_pledged: "Your pledge is kept. You are no. {n}.",
  counter_donations: "donations",
  give_go: "Donate",
  taken_by: "Payments go to {hosts}, not to this site.",

  phase_before: "Not open yet",
  phase_before_more: "Please come back then.",
  phase_before_at: "Opens {when}",
  phase_ended: "This campaign is over",
  phase_ended_more: "Thank you, everybody who took part. The finished works are all here.",
  phase_paused: "This relay is not open at present",
  phase_paused_more: "The finished works are all here.",

  moment_here: "{there} ({here} where you are)",
  opens: "Opens",
  closes: "Closes",
  money: "Money",
  link: "More",
  needs_script: "Writing and pledging need JavaScript. Please turn it on and come back.",

  newest_of: "Just written: {text}",
  milestone: "A milestone",
  milestone_relays: "{n} works are written",
  milestone_participants: "{n} writers have taken part",
  milestone_pledges: "{n} pledges are made",
  close: "Close",

  share_title: "Bring more people",
  share_link: "Link to this page",
  share_copy: "Copy the link",
  share_copied: "Copied",
  share_system: "Share…",
  share_code: "QR code of this page",

  thanks: "Thank you",
  thanks_more: "Your gift goes to {hosts}. Once it is confirmed, it is in the total.",
  thanks_write: "Write a phrase for them, too",
  thanks_way: "With a stranger, one character each, you put a good wish on paper.",
  thanks_raised: "Given so far",
};
