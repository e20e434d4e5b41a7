/**
 * The dialogs about a room: leave, report and invite. They close with the room.
 */

import { InviteDialog } from "./invite-dialog.js";
import { LeaveDialog } from "./leave-dialog.js";
import { ReportDialog } from "./report-dialog.js";

/** @import { State } from "../../../client/js/types.js" */

export class RoomDialogs {
  #dialogs;

  /** @param {import("../../../client/js/relay.js").Relay} relay */
  constructor(relay) {
    this.#dialogs = {
      leave: new LeaveDialog(relay),
      report: new ReportDialog(relay),
      invite: new InviteDialog(relay),
    };
  }

  /** @param {"leave" | "report" | "invite"} name */
  open(name) {
    this.#dialogs[name].open();
  }

  /** @param {State} state */
  render(state) {
    const { leave, report, invite } = this.#dialogs;
    invite.render(state);
    if (state.room) return;
    leave.close();
    report.close();
  }
}
