/**
 * Where the service is.
 */

export const SERVICE = "wss://jielong.example/ws";
