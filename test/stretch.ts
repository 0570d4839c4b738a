import { createStretch } from '../src/token/stretch.js';

/** Argon2id at a small cost. The published cost is tested where the format is: src/token, and by every server that a test starts. */
export const cheapStretch = createStretch({ memoryKiB: 64, passes: 1 });
