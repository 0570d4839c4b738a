/**
 * How long tests wait for what is about to happen, in milliseconds: far longer than any machine takes. It ends what hangs,
 * sooner than the limit of a whole test in `jest.config.mjs` would, and with a better message.
 */
export const patienceMs = 120_000;
