import { createHmac } from 'node:crypto';
import { findSecret, type HookProbe, probeBody, type RequestHead } from '../../src/connections/hook.js';
import type { Ports } from '../../src/core/deps.js';
import { createKeptValues } from '../../src/core/kept-values.js';
import { type Credential, digestOf, hasDigest } from '../../src/core/secrets.js';
import { epochSec, toEpochMs, toEpochSec } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { OneLoginSettings } from './config.js';

export const signatureHeader = 'x-facestep-signature';

const maxSkewSec = 300;

/**
 * Creates the reader of the signature header, which can be verified only with the body.
 * @throws FaceError `caller_untrusted` if there is no signature, or if the signed time differs by more than 300 s
 */
export function createReadSignature({ secret, previousSecret }: OneLoginSettings['hooks'], { clock }: Ports<'clock'>) {
  return (headers: RequestHead['headers']) => {
    const [, time = '', signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers[signatureHeader] ?? '') ?? [];
    if (signature === undefined) throw new FaceError('caller_untrusted', { reason: 'signature' });
    const signedAt = toEpochMs(epochSec(Number(time)));
    // This is usually a genuine sender whose clock is wrong. The reason is only logged.
    if (Math.abs(clock.now() - signedAt) > maxSkewSec * 1000)
      throw new FaceError('caller_untrusted', { reason: 'time' });
    return (body: Uint8Array) => {
      const isSignedWith = (each: Credential): boolean => hasDigest(signature, digestOf(sign({ time, body }, each)));
      const found = findSecret({ current: secret, previous: previousSecret }, isSignedWith);
      if (found === null) throw new FaceError('caller_untrusted', { reason: 'signature' });
      return { signedAt, byPreviousSecret: found === 'previous' };
    };
  };
}

const sign = (
  { time, body }: { readonly time: string; readonly body: Uint8Array | string },
  secret: Credential,
): string => secret.use((key) => createHmac('sha256', key).update(`${time}.`).update(body).digest('hex'));

export const createProbe =
  (secret: Credential, { clock }: Ports<'clock'>): (() => HookProbe) =>
  () => {
    const time = String(toEpochSec(clock.now()));
    return {
      headers: { [signatureHeader]: `t=${time},v1=${sign({ time, body: probeBody }, secret)}` },
      body: probeBody,
    };
  };

const asksAllowed = 20;
const window = { lifeSec: 300, most: 10_000 };

export type CountCall = (who: { readonly source: string; readonly subject: string }) => void;

/**
 * Creates the rate limit by address and user. With a limit by user alone, anyone could lock users out. Counts are in
 * memory, so that no store is awaited.
 */
export function createCountCall(deps: Ports<'clock'>): CountCall {
  const counts = createKeptValues<{ asks: number }>(window, deps);
  return ({ source, subject }) => {
    const key = JSON.stringify([source, subject]);
    const known = counts.read(key);
    const count = known ?? { asks: 0 };
    count.asks += 1;
    if (known === undefined) counts.write(key, count);
    if (count.asks > asksAllowed)
      throw new FaceError('locked_out', { limit: 'oneLoginAsks', retryAfterSec: window.lifeSec });
  };
}
