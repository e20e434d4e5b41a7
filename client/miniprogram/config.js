/**
 * What differs from one account to another.
 */

/** The address of the service. Its host is one of the account's socket, request and download domains. */
export const SERVICE = "wss://jielong.example/ws";

/**
 * How a donor comes to the organiser's payment page: "copy" copies its address, to be opened in a
 * browser; "web-view" opens it here, which WeChat allows only for business domains of organisations.
 * @type {"copy" | "web-view"}
 */
export const GIVING = "copy";
