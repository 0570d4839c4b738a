import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { deriveMac, keyVersionAfter } from '../core/derived-key.js';
import type { KeyVersion } from '../core/ports.js';
import { type Credential, digestOf } from '../core/secrets.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { toCode } from '../errors.js';

/*
 * Devices and networks from which a person passed checks. Only digests under a key of that person are stored, so that
 * someone who reads the store learns no network and cannot compare people.
 */

/** Retention of a device or network, in seconds after the last check from it. */
const keptSec = 180 * secondsPerDay;
const mostOfAKind = 10;
const digestBytes = 16;

const placeKinds = ['device', 'network'] as const;
type PlaceKind = (typeof placeKinds)[number];

const placesGuard = z.object({
  keyVersion: z.int(),
  /** The latest is last. */
  seen: z.array(
    z.object({
      kind: z.enum(placeKinds),
      digest: z.base64url(),
      at: epochMsGuard,
      /** First check after a first factor. `null` if only a face was shown there, or if it is unknown. */
      provenSince: epochMsGuard.nullable().default(null),
      /** Last check after a first factor. Missing in records of earlier versions. */
      provenAt: epochMsGuard.nullable().default(null),
    }),
  ),
});
type Places = z.infer<typeof placesGuard>;
type SeenPlace = Places['seen'][number];

const placesKey = ({ connection, subject }: SubjectRef): string => `known-places:${connection}:${subject}`;

const toStored = (who: SubjectRef) => ({
  key: placesKey(who),
  guard: placesGuard,
  expiresAt: ({ seen }: Places): EpochMs | null => {
    const newest = seen.at(-1);
    return newest === undefined ? null : addSec(newest.at, keptSec);
  },
  // If a power failure loses the record, the only effect is an additional e-mail.
  relaxedDurability: true,
});

export interface Place {
  readonly device: Credential | null;
  /** The /24 or /48 network, or `null` if unknown. */
  readonly network: string | null;
  /** True if the person had passed a first factor, or an application vouched for them. */
  readonly isProven: boolean;
}

/**
 * Records the device and network from which a person passed a check.
 * @returns what is new: device, network, or both; empty for the first check
 */
export async function recordPlace(
  who: SubjectRef,
  place: Place,
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<Readonly<Record<PlaceKind, boolean>>> {
  const { keyVersion, device, network } = await digestPlace(who, place, deps);
  const now = deps.clock.now();
  const known = (found: Places | null): readonly SeenPlace[] =>
    found === null || found.keyVersion !== keyVersion ? [] : found.seen.filter(({ at }) => addSec(at, keptSec) > now);
  const met = (former: readonly SeenPlace[], kind: PlaceKind, digest: string | null): readonly SeenPlace[] => {
    const ofKind = former.filter((each) => each.kind === kind && each.digest !== digest);
    if (digest === null) return ofKind;
    const earlier = former.find((each) => each.kind === kind && each.digest === digest);
    const provenSince = earlier?.provenSince ?? (place.isProven ? now : null);
    const provenAt = place.isProven ? now : (earlier?.provenAt ?? null);
    return [...ofKind, { kind, digest, at: now, provenSince, provenAt }].slice(-mostOfAKind);
  };
  const meet = (found: Places | null): Places => {
    const former = known(found);
    const seen = [...met(former, 'device', device), ...met(former, 'network', network)];
    return { keyVersion, seen: seen.toSorted((one, other) => one.at - other.at) };
  };
  const { former } = await changeStored(toStored(who), meet, deps);
  const earlier = known(former);
  const isNew = (kind: PlaceKind, digest: string | null): boolean =>
    earlier.length > 0 && !earlier.some((each) => each.kind === kind && each.digest === digest);
  return { device: isNew('device', device), network: network !== null && isNew('network', network) };
}

/**
 * Compares the device and network of a sign-in with those from which the person passed checks after a first factor.
 * @param before - time from which on places do not count, because the compared event may have recorded them
 * @returns `null` for what is not given; `lastCheckAt` is `null` if there was no check
 */
export async function comparePlace(
  who: SubjectRef,
  { before, ...place }: Pick<Place, 'device' | 'network'> & { readonly before: EpochMs | null },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<{
  readonly isNewDevice: boolean | null;
  readonly isNewNetwork: boolean | null;
  readonly lastCheckAt: EpochMs | null;
}> {
  const { keyVersion, ...digests } = await digestPlace(who, place, deps);
  const found = (await readStored(toStored(who), deps))?.record ?? null;
  const now = deps.clock.now();
  const seen = (found?.keyVersion === keyVersion ? found.seen : []).filter(
    ({ at, provenSince }) =>
      addSec(at, keptSec) > now && provenSince !== null && (before === null || provenSince < before),
  );
  const provenAt = seen.map((each) => each.provenAt ?? each.provenSince).filter((at) => at !== null);
  const lastCheckAt = provenAt.length === 0 ? null : epochMs(Math.max(...provenAt));
  const isNew = (kind: PlaceKind): boolean | null =>
    digests[kind] === null ? null : !seen.some((each) => each.kind === kind && each.digest === digests[kind]);
  return { isNewDevice: isNew('device'), isNewNetwork: isNew('network'), lastCheckAt };
}

/** Returns true if the person passed a check after a first factor with this device, before the given time. */
export async function isKnownDevice(
  who: SubjectRef,
  { device, before }: { readonly device: Credential; readonly before: EpochMs },
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<boolean> {
  const { keyVersion, device: digest } = await digestPlace(who, { device, network: null }, deps);
  const found = await readStored(toStored(who), deps);
  if (found === null || found.record.keyVersion !== keyVersion) return false;
  const now = deps.clock.now();
  return found.record.seen.some(
    ({ kind, at, provenSince, ...each }) =>
      kind === 'device' &&
      each.digest === digest &&
      addSec(at, keptSec) > now &&
      provenSince !== null &&
      provenSince <= before,
  );
}

export async function readKnownPlaces(
  who: SubjectRef,
  deps: Ports<'state'>,
): Promise<{ readonly devices: number; readonly networks: number; readonly expiresAt: EpochMs | null } | null> {
  const stored = toStored(who);
  const found = await readStored(stored, deps);
  if (found === null) return null;
  const { seen } = found.record;
  const count = (kind: PlaceKind): number => seen.filter((each) => each.kind === kind).length;
  return { devices: count('device'), networks: count('network'), expiresAt: stored.expiresAt(found.record) };
}

export async function forgetKnownPlaces(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(placesKey(who));
}

async function digestPlace(
  who: SubjectRef,
  { device, network }: Pick<Place, 'device' | 'network'>,
  deps: Ports<'state' | 'keys'>,
): Promise<{ readonly keyVersion: KeyVersion } & Readonly<Record<PlaceKind, string | null>>> {
  const former = (await readStored(toStored(who), deps))?.record.keyVersion;
  const keyVersion = await keyVersionAfter(former, deps);
  const mac = await deriveMac(keyVersion, messageOf(who), deps);
  const digest = (kind: PlaceKind, text: string): string =>
    mac(`${kind}:${text}`).subarray(0, digestBytes).toString('base64url');
  return {
    keyVersion,
    device: device === null ? null : device.use((text) => digest('device', text)),
    network: network === null ? null : digest('network', network),
  };
}

/**
 * Message from which the person's key is derived. A token's key is derived from 32 bytes. This message is longer, so
 * the two keys always differ.
 */
const messageOf = (who: SubjectRef): Uint8Array =>
  Buffer.concat([Buffer.from('facestep/known-places/the key of one person: '), digestOf(placesKey(who))]);

export const knownPlaceData = {
  part: 'known_places',
  keys: ['known-places:*:*'],
  read: async (who, deps) => {
    const kept = await readKnownPlaces(who, deps);
    if (kept === null) return { knownPlaces: null };
    const { devices, networks, expiresAt } = kept;
    return { knownPlaces: { devices, networks, expiresAt: expiresAt === null ? null : toIso(expiresAt) } };
  },
  endedBy: 'revocation',
  forget: forgetKnownPlaces,
} as const satisfies PersonalData;

/**
 * Stores from which device and network a check was passed. Except for enrolments, it adds an audit event if one of them
 * is new. Failures do not affect the check.
 */
export async function notePlace(
  step: { readonly stepUpId: string; readonly who: SubjectRef; readonly isEnrolment: boolean; readonly place: Place },
  deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'keys'>,
): Promise<void> {
  const { stepUpId, who, isEnrolment, place } = step;
  try {
    const met = await recordPlace(who, place, deps);
    if (isEnrolment || !(met.device || met.network)) return;
    await deps.audit.append({ action: 'new_place_seen', ...who, detail: { stepUpId, ...met } });
  } catch (error) {
    deps.log.warn('cannot store the device and network of a check', {
      connection: who.connection,
      code: toCode(error),
    });
  }
}
