import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';

/** Header with which the doctor asks how `proxyHops` fits the proxies that its request passed, and of the answer. */
export const proxyFitHeader = 'x-facestep-proxies';

/** Address that the doctor claims to come from, as an attacker would. RFC 5737 reserves it for documentation. */
export const forgedSource = '192.0.2.77';

/**
 * Compares `proxyHops` with the proxies that a request of the doctor passed.
 * @returns `too_few` if the source is a proxy, `too_many` if callers can choose it
 */
export function judgeProxyHops(request: IncomingMessage, proxyHops: number): 'fits' | 'too_few' | 'too_many' {
  const [, ...forwarded] = proxyAddr.all(request);
  const isForged = proxyHops > 0 && forwarded[proxyHops - 1] === forgedSource;
  if (isForged || forwarded.length < proxyHops) return 'too_many';
  return forwarded.slice(proxyHops).some((address) => address !== forgedSource) ? 'too_few' : 'fits';
}
