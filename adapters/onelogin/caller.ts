import { createHmac } from 'node:crypto';
import type { Credential } from '../../src/core/concealed.js';
import { digestOf, hasDigest } from '../../src/core/digest.js';
import type { Clock } from '../../src/core/ports.js';
import { addSec, type EpochMs, epochSec, toEpochMs, toEpochSec } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { HookProbe, RawHead } from '../hook.js';
import { probeBody } from '../probe.js';
import { findSecret } from '../rotating-secret.js';
import type { OneLoginSettings } from './config.js';

/** Where the Smart Hook puts its signature: `t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body", hexadecimal>`. */
export const signatureHeader = 'x-facestep-signature';

/** How far the clock of the machine that runs the Smart Hook and ours may differ, transport included. */
const maxSkewSec = 300;

/**
 * Returns when a call was signed, and by which of two secrets, if it is signed by our own Smart Hook; the body is not parsed.
 * @throws FaceError `caller_untrusted`: another key, an altered body or time
 */
export type VerifyBody = (body: Uint8Array) => { readonly signedAt: EpochMs; readonly byPreviousSecret: boolean };

/**
 * Looks at the header of a signature, which proves nothing without the body.
 * @returns what verifies the body
 * @throws FaceError `caller_untrusted`: no signature, or one of a time over 300 s ago or ahead
 */
export type ReadSignature = (headers: RawHead['headers']) => VerifyBody;

/** Makes the check for one connection. */
export function createReadSignature(
  { secret, previousSecret }: OneLoginSettings['hooks'],
  { clock }: { readonly clock: Clock },
): ReadSignature {
  return (headers) => {
    const [, time = '', signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(headers[signatureHeader] ?? '') ?? [];
    if (signature === undefined) throw new FaceError('caller_untrusted', { reason: 'signature' });
    const signedAt = toEpochMs(epochSec(Number(time)));
    // Mostly a known sender with a wrong clock: the reason is for the log, as the caller reads nothing but the code.
    if (Math.abs(clock.now() - signedAt) > maxSkewSec * 1000)
      throw new FaceError('caller_untrusted', { reason: 'time' });
    return (body) => {
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

/** Makes what signs a call as our Smart Hook does. */
export const createProbe =
  (secret: Credential, { clock }: { readonly clock: Clock }): (() => HookProbe) =>
  () => {
    const time = String(toEpochSec(clock.now()));
    return {
      headers: { [signatureHeader]: `t=${time},v1=${sign({ time, body: probeBody }, secret)}` },
      body: probeBody,
    };
  };

/** How often one address may ask about one user before it is told no more, and for how long that is counted. */
const asksAllowed = 20;
const windowSec = 300;

/** Greatest number of addresses and users counted at a time: some 2 MB. Beyond it the oldest are forgotten. */
const maxCounted = 10_000;

/**
 * Counts a call against the browser's address and the user together.
 * @throws FaceError `locked_out`: that address has asked about that user too often
 */
export type CountAsk = (who: { readonly source: string; readonly subject: string }) => void;

/**
 * Makes the count for one connection. It runs before the password, where anybody can type any name: a count by user
 * alone would let a stranger use it up for them. So somebody else's address never counts against a user's own. It is
 * kept in this process alone: a limit must not wait for a store.
 */
export function createCountAsk({ clock }: { readonly clock: Clock }): CountAsk {
  const counts = new Map<string, { asks: number; readonly until: EpochMs }>();
  return ({ source, subject }) => {
    const key = JSON.stringify([source, subject]);
    const now = clock.now();
    const known = counts.get(key);
    const count = known !== undefined && now < known.until ? known : { asks: 0, until: addSec(now, windowSec) };
    count.asks += 1;
    if (count !== known) {
      counts.delete(key);
      counts.set(key, count);
      const [oldest] = counts.keys();
      if (counts.size > maxCounted && oldest !== undefined) counts.delete(oldest);
    }
    if (count.asks > asksAllowed)
      throw new FaceError('locked_out', { limit: 'oneLoginAsks', retryAfterSec: windowSec });
  };
}
