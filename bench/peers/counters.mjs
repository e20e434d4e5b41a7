// What every Node peer shares: the count of finished works in Redis, and who waits for a partner.

import { createClient } from "redis";

export const [port, redisUrl] = process.argv.slice(2);

const socket = redisUrl.startsWith("unix:") ? { path: redisUrl.slice("unix://".length) } : undefined;

/** A connected client. */
export async function connectRedis() {
  const client = createClient(socket ? { socket } : { url: redisUrl });
  await client.connect();
  return client;
}

/** Counts works in Redis, both counters in one call; answers the last serial number given. */
export class WorkCounter {
  constructor(client) {
    this.client = client;
  }

  async count() {
    const [relays, participants] = await this.client
      .multi()
      .hIncrBy("counters", "relays", 1)
      .hIncrBy("counters", "participants", 2)
      .exec();
    return { relays, participants };
  }
}

/** Strangers who wait; the next one gets any of them. */
export class Pool {
  constructor() {
    this.waiting = [];
  }

  /** A partner chosen at random, or null and `one` waits. */
  meet(one) {
    if (this.waiting.length === 0) {
      this.waiting.push(one);
      return null;
    }
    const [partner] = this.waiting.splice(Math.floor(Math.random() * this.waiting.length), 1);
    return partner;
  }

  leave(one) {
    const at = this.waiting.indexOf(one);
    if (at >= 0) this.waiting.splice(at, 1);
  }
}
