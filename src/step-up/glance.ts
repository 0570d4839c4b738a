import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { type GlancePolicy, ownLivenessOf } from '../core/liveness-policy.js';
import { keptNetworkOf } from '../core/networks.js';
import type { SessionRole } from '../core/page-protocol.js';
import { type Credential, digestOf } from '../core/secrets.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { comparePlace } from '../notifications/known-places.js';
import type { ShownFrom } from './receipt-rules.js';
import { anonymousSourceOf, type StepUpRecord, subjectOf } from './record.js';
import { isOfHeldToken } from './request-flow.js';
import type { StepUp } from './stored.js';

/*
 * A glance: a check with one movement, for a person whose browser and network are known. The browser's cookie names the
 * device. The device proves itself for the challenge, by a passkey or by a key that the browser cannot export. Only
 * digests are stored, each of one person, so that someone who reads the store cannot compare people.
 */

/** Seconds for which a device and a network must be known. Someone who stole a password today gets no glance today. */
const knownSec = secondsPerDay;
/** As long as the longest `policy.glance.days`. */
const keptSec = 30 * secondsPerDay;
const mostDevices = 10;

const devicesGuard = z.object({
  devices: z.array(
    z.object({
      device: z.string(),
      /** `null` if the person's passkey proves the device. */
      key: z.string().nullable(),
      since: epochMsGuard,
      /** Last full check, or `null` after a failure. */
      passedAt: epochMsGuard.nullable(),
      keptUntil: epochMsGuard,
    }),
  ),
});
type Devices = z.output<typeof devicesGuard>;

const glanceKey = ({ connection, subject }: SubjectRef): string => `glance:${connection}:${subject}`;

const toStored = (who: SubjectRef) => ({
  key: glanceKey(who),
  guard: devicesGuard,
  expiresAt: ({ devices }: Devices): EpochMs => epochMs(Math.max(0, ...devices.map(({ keptUntil }) => keptUntil))),
});

const digestFor = (who: SubjectRef, text: string): string =>
  digestOf(JSON.stringify([glanceKey(who), text])).toString('base64url');

const deviceFor = (who: SubjectRef, device: Credential): string => device.use((text) => digestFor(who, text));

/** A browser's public key (SPKI) and its signature of a challenge, in base64url. */
export interface DeviceProof {
  readonly key: string;
  readonly signature: string;
}

/**
 * Returns the public key if its signature is of this challenge, or `null`.
 * @param digests - of the pictures, so that the signature is of this check's pictures only
 * @see https://www.w3.org/TR/WebCryptoAPI/#ecdsa
 */
export function findProvenKey(
  proof: DeviceProof | null,
  { nonce, digests }: { readonly nonce: Credential; readonly digests: readonly string[] },
): string | null {
  if (proof === null) return null;
  const { key, signature } = proof;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64url'), format: 'der', type: 'spki' });
    const signed = nonce.use((text) => Buffer.from([text, ...digests].join('.')));
    const isP256 = publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    const signatureBytes = Buffer.from(signature, 'base64url');
    return isP256 && verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signatureBytes)
      ? key
      : null;
  } catch {
    return null;
  }
}

type ShownStepUp = StepUp & { readonly role: SessionRole };

/**
 * Returns the setting by which the device of a check may become known, or `null`: only at a sign-in after a first factor,
 * in the person's own browser, without a hand-off, an action or the help desk.
 */
export function glanceOf({ record, terms, connection, role }: ShownStepUp): GlancePolicy | null {
  const { purpose, action, spoken, handOff } = record;
  const isPlain = purpose === 'verify' && action === null && spoken === null && handOff === null;
  const isOwnSignIn = terms.mayGlance && role === 'own' && anonymousSourceOf(record) === null;
  return isPlain && isOwnSignIn ? (connection?.policy.glance ?? null) : null;
}

/**
 * Returns true if one movement is enough.
 * @param key - public key that the browser shows. It proves itself with the pictures
 */
export async function isGlanceEnough(
  session: ShownStepUp,
  { shownFrom, key }: { readonly shownFrom: ShownFrom; readonly key: string | null },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<boolean> {
  const { record, connection } = session;
  const policy = glanceOf(session);
  const { cookie, address } = shownFrom;
  if (policy === null || cookie === null || connection === null || ownLivenessOf(connection.policy) !== 'glance')
    return false;
  const who = subjectOf(record);
  const now = deps.clock.now();
  const knownBefore = epochMs(now - 1000 * knownSec);
  const found = await readStored(toStored(who), deps);
  const device = deviceFor(who, cookie);
  const known = found?.record.devices.find((each) => each.device === device);
  if (known === undefined || known.passedAt === null || known.since > knownBefore) return false;
  if (addSec(known.passedAt, policy.days * secondsPerDay) <= now) return false;
  if (policy.proof === 'browser' && (key === null || known.key !== digestFor(who, key))) return false;
  const place = { device: null, network: keptNetworkOf(address), before: knownBefore };
  return (await comparePlace(who, place, deps)).isNewNetwork === false;
}

/**
 * Records the device of a passed full check. A failure does not affect the check.
 * @param key - proven public key, or `null`
 */
export async function noteFullCheck(
  session: ShownStepUp,
  { cookie, key }: { readonly cookie: Credential | null; readonly key: string | null },
  deps: Ports<'state' | 'clock' | 'log'>,
): Promise<void> {
  const policy = glanceOf(session);
  if (policy === null || cookie === null || (policy.proof === 'browser' && key === null)) return;
  const who = subjectOf(session.record);
  const device = deviceFor(who, cookie);
  const now = deps.clock.now();
  const passed = {
    device,
    key: policy.proof === 'browser' && key !== null ? digestFor(who, key) : null,
    passedAt: now,
    keptUntil: addSec(now, keptSec),
  };
  const note = (found: Devices | null): Devices => {
    const kept = found?.devices.filter(({ keptUntil }) => keptUntil > now) ?? [];
    const former = kept.find((each) => each.device === device && each.key === passed.key);
    const others = kept.filter((each) => each.device !== device);
    return { devices: [...others, { ...passed, since: former?.since ?? now }].slice(-mostDevices) };
  };
  await changeStored(toStored(who), note, deps).catch((error: unknown) => {
    deps.log.warn('cannot store the device of a check', { connection: who.connection, code: toCode(error) });
  });
}

/** Requires a full check on every device, after a failed one. Checks before a first factor end nothing. */
export async function endGlances(record: StepUpRecord, deps: Ports<'state' | 'clock'>): Promise<void> {
  if (anonymousSourceOf(record) !== null || isOfHeldToken(record)) return;
  const who = subjectOf(record);
  if ((await readStored(toStored(who), deps)) === null) return;
  await changeStored(
    toStored(who),
    (found) => ({ devices: (found?.devices ?? []).map((each) => ({ ...each, passedAt: null })) }),
    deps,
  );
}

export async function forgetGlances(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(glanceKey(who));
}

export const glanceData = {
  part: 'glance_devices',
  keys: ['glance:*:*'],
  read: async (who, deps) => {
    const found = await readStored(toStored(who), deps);
    const devices = found?.record.devices ?? [];
    return {
      glanceDevices: devices.map(({ since, keptUntil }) => ({ since: toIso(since), keptUntil: toIso(keptUntil) })),
    };
  },
  endedBy: 'enrolment',
  forget: forgetGlances,
} as const satisfies PersonalData;
