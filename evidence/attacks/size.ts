/** `quick` is for `npm test`: fewer tokens, and the cheapest Argon2id if only its number of runs matters. */
export type Size = 'quick' | 'full';
