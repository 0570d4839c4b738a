import { knownShare } from '../src/core/queue-share.js';

/** Queue share of a test's own calls. */
export const testShare = knownShare('test');
