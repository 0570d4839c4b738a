import { randomBytes } from 'node:crypto';
import type { Log, Random } from '../../src/core/ports.js';

export const quietLog: Log = { info() {}, warn() {}, error() {} };

export const systemRandom: Random = (bytes) => randomBytes(bytes);
