import { randomBytes } from 'node:crypto';
import type { Log, Random } from '../../src/core/ports.js';

/** A log that discards all entries. */
export const quietLog: Log = { info() {}, warn() {}, error() {} };

/** Cryptographic randomness. */
export const systemRandom: Random = (bytes) => randomBytes(bytes);
