import { knownShare } from '../../src/core/fair-queue.js';

export const testShare = knownShare('test');
