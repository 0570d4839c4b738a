import { randomBytes } from 'node:crypto';
import type { Log, Random } from '../../src/core/ports.js';

/** A log that nobody reads. */
export const quietLog: Log = { info() {}, warn() {}, error() {} };

/** The real source of randomness. */
export const systemRandom: Random = (bytes) => randomBytes(bytes);
