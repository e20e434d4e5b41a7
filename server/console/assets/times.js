// Shows times in the zone of who reads; without this they are in UTC.

const written = new Intl.DateTimeFormat(document.documentElement.lang, {
  dateStyle: "medium",
  timeStyle: "short",
});

/** @param {ParentNode} within */
export function localize(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    time.title = time.textContent ?? "";
    time.textContent = written.format(new Date(time.dateTime));
  }
}

localize(document);
