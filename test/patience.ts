/**
 * Timeout of tests in milliseconds, generous for any machine. It fires before the limit in `jest.config.mjs` and has a
 * better message.
 */
export const patienceMs = 120_000;
