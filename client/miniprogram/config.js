/**
 * The address of the service.
 */

export const SERVICE = "wss://jielong.example/ws";
