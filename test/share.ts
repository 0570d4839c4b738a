import { knownShare } from '../src/core/queue-share.js';

export const testShare = knownShare('test');
