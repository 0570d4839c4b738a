/** `quick` is for `npm test`: the same steps with fewer tokens, and the cheapest Argon2id where only its count matters. */
export type Size = 'quick' | 'full';
