import { createStretch } from '../../src/face/token/derive.js';

/** Argon2id at a low cost. The real cost is tested in src/face/token and by every server that a test starts. */
export const cheapStretch = createStretch({ memoryKiB: 64, passes: 1 });
