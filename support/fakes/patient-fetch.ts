import type { Fetch } from '../../src/core/ports.js';

/**
 * Removes the caller's time limit, for tests in which a simulated provider answers. On a busy machine it may answer after
 * the limit. Tests of a limit use a `fetch` of their own.
 */
export const withoutTimeLimit =
  (send: Fetch): Fetch =>
  (url, init) =>
    send(url, { ...init, signal: null });
