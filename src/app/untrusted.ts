import { findCause, isUntrusted } from '../core/base/failure-cause.js';
import type { Fetch, Log } from '../core/ports.js';

/** Limits the memory for hosts that others name. */
const mostHosts = 100;

/** Wraps fetch, so that a refused certificate is logged once for each host, with the remedy. */
export function logUntrusted(fetch: Fetch, log: Log): Fetch {
  const known = new Set<string>();
  return async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { host } = new URL(url);
      if (isUntrusted(error) && !known.has(host) && known.size < mostHosts) {
        known.add(host);
        log.error('the certificate of a host was refused', { host, cause: findCause(error) });
      }
      throw error;
    }
  };
}
