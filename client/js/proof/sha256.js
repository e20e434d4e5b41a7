/**
 * SHA-256 for platforms without WebCrypto: pages without TLS, and mini-programs. FIPS 180-4.
 */

const PRIMES = 64;

/** @param {number} power The first 32 bits of the fraction of each prime's root. */
function fractions(power) {
  const found = [];
  for (let n = 2; found.length < PRIMES; n += 1) {
    let divisor = 2;
    while (n % divisor) divisor += 1;
    if (divisor === n) found.push(((n ** power % 1) * 2 ** 32) | 0);
  }
  return found;
}

const ROUND = Int32Array.from(fractions(1 / 3));

/** The state before anything is hashed. */
export const START = Int32Array.from(fractions(1 / 2).slice(0, 8));

const words = new Int32Array(64);

/**
 * Hashes one block into the state.
 * @param {Int32Array} state Eight words; changed.
 * @param {Int32Array} block Sixteen words.
 */
export function compress(state, block) {
  words.set(block);
  for (let i = 16; i < 64; i += 1) {
    const x = words[i - 15];
    const y = words[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[i] = words[i - 16] + s0 + words[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
