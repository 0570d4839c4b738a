import { createCipheriv, createHash } from 'node:crypto';

/** Deterministic random numbers. */
export interface SeededRandom {
  bytes(count: number): Uint8Array;
  /** Returns an integer from 0 to `choices` − 1. */
  below(choices: number): number;
  normal(): number;
}

const zeros = Buffer.alloc(65_536);

/** Creates random numbers from a seed: AES-256 in counter mode under the seed's digest. */
export function createSeededRandom(name: string): SeededRandom {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(name).digest(), Buffer.alloc(16));
  let pool = Buffer.alloc(0);
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > pool.length) {
      pool = cipher.update(count > zeros.length ? Buffer.alloc(count) : zeros);
      at = 0;
    }
    at += count;
    return pool.subarray(at - count, at);
  };
  const unit = (): number => (take(4).readUInt32LE(0) + 0.5) / 2 ** 32;
  return {
    bytes: (count) => Uint8Array.from(take(count)),
    below: (choices) => Math.floor(unit() * choices),
    normal: () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit()),
  };
}
