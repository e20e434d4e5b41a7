/**
 * The service's HTTP API on this phone, with the participant that the socket knows, too.
 */

import { Api, ApiError } from "../jielong/client/js/api.js";
import { wxHttp, wxStorage } from "../jielong/client/js/adapters/wx.js";
import { TOKEN_KEY } from "../jielong/client/js/connection/connection.js";
import { SERVICE } from "../config.js";

/** @import { Certificate } from "../jielong/client/js/types.js" */

export const api = new Api({ url: SERVICE, http: wxHttp(wx), locale: "zh-CN" });

/**
 * Makes a pledge as the phone's participant; one whose token is not known any more begins anew.
 * @param {string} campaign @param {string} pledge @returns {Promise<Certificate>}
 */
export async function makePledge(campaign, pledge) {
  const storage = wxStorage(wx);
  const known = storage.get(TOKEN_KEY);
  if (known) {
    try {
      return await api.pledge(campaign, pledge, known);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    }
  }
  const token = await api.createParticipant(campaign);
  storage.set(TOKEN_KEY, token);
  return api.pledge(campaign, pledge, token);
}
