import type { Random } from '../core/ports.js';

/** Creates a unique revision for a write: 48 random bits. */
export const newRevision = (random: Random): number => Buffer.from(random(6)).readUIntBE(0, 6);
