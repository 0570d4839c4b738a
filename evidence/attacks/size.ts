/** `quick` is for `npm test`: it uses fewer tokens and the cheapest Argon2id parameters. */
export type Size = 'quick' | 'full';
