/**
 * `quick` is for `npm test`: the same steps with fewer tokens, and the cheapest Argon2id if only its number of runs
 * matters.
 */
export type Size = 'quick' | 'full';
