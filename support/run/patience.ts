/** Timeout of tests in milliseconds. It is shorter than the limit in `jest.config.mjs` and has a better message. */
export const patienceMs = 120_000;
