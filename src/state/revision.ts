import type { Random } from '../core/ports.js';

/** The number of one write to a shared store: no two writes ever have the same, whoever makes them. 48 random bits. */
export const newRevision = (random: Random): number => Buffer.from(random(6)).readUIntBE(0, 6);
