import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../change-stored.js';
import type { Credential } from '../concealed.js';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { digestOf } from '../digest.js';
import type { PersonalData } from '../personal-data/registration.js';
import type { Keys, KeyVersion } from '../ports.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../units.js';

/*
 * From which devices and networks a person's checks came, so that they hear of the first from a new one. Digests under a key
 * of that person alone: nobody who has the store can tell a network, or compare two people.
 */

/** Since the last check from there. */
const keptSec = 180 * secondsPerDay;
const mostOfAKind = 10;
const digestBytes = 16;

const placeKinds = ['device', 'network'] as const;
type PlaceKind = (typeof placeKinds)[number];

const placesGuard = z.object({
  /** Of the key all of it is digested under. */
  keyVersion: z.int(),
  /** The one seen last stands last. */
  seen: z.array(z.object({ kind: z.enum(placeKinds), digest: z.base64url(), at: epochMsGuard })),
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
  // One that a power cut undoes is a letter more.
  mayBeLost: true,
});

type Deps = Pick<CoreDeps, 'state' | 'clock'> & { readonly keys: Keys };

/** Where a check came from. */
export interface Place {
  /** What the capture page's cookie of this browser holds; `null`: no cookie, which no browser of the page is without. */
  readonly device: Credential | null;
  /** A /24 or a /48; `null`: not known. */
  readonly network: string | null;
}

/**
 * Remembers where a check of a person came from.
 * @returns what of it was never seen; nothing where nothing was known before, as there is nothing to tell it from
 * @throws FaceError `state_unavailable`, `key_service_unavailable`
 */
export async function meetPlace(
  who: SubjectRef,
  place: Place,
  deps: Deps,
): Promise<Readonly<Record<PlaceKind, boolean>>> {
  const { keyVersion, device, network } = await digestPlace(who, place, deps);
  const now = deps.clock.now();
  const known = (found: Places | null): readonly SeenPlace[] =>
    found === null || found.keyVersion !== keyVersion ? [] : found.seen.filter(({ at }) => addSec(at, keptSec) > now);
  const met = (former: readonly SeenPlace[], kind: PlaceKind, digest: string | null): readonly SeenPlace[] => {
    const ofKind = former.filter((each) => each.kind === kind && each.digest !== digest);
    return digest === null ? ofKind : [...ofKind, { kind, digest, at: now }].slice(-mostOfAKind);
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

/** How many places of a person are known, and until when the last of them is; `null`: none. @throws FaceError `state_unavailable` */
export async function readKnownPlaces(
  who: SubjectRef,
  deps: Pick<CoreDeps, 'state'>,
): Promise<{ readonly devices: number; readonly networks: number; readonly expiresAt: EpochMs | null } | null> {
  const found = await readStored(toStored(who), deps);
  if (found === null) return null;
  const { seen } = found.record;
  const count = (kind: PlaceKind): number => seen.filter((each) => each.kind === kind).length;
  return { devices: count('device'), networks: count('network'), expiresAt: toStored(who).expiresAt(found.record) };
}

/** Forgets where a person's checks came from. @throws FaceError `state_unavailable` */
export async function forgetKnownPlaces(who: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(placesKey(who));
}

/** Under the key of what is kept already, as long as it is held. */
async function digestPlace(
  who: SubjectRef,
  { device, network }: Place,
  { keys, ...deps }: Deps,
): Promise<{ readonly keyVersion: KeyVersion } & Readonly<Record<PlaceKind, string | null>>> {
  const former = (await readStored(toStored(who), deps))?.record.keyVersion;
  const keyVersion = former !== undefined && (await keys.holds(former)) ? former : await keys.currentVersion();
  const key = await keys.mac(keyVersion, messageOf(who));
  const digest = (kind: PlaceKind, text: string): string =>
    key
      .use((bytes) => createHmac('sha256', bytes))
      .update(`${kind}:${text}`)
      .digest()
      .subarray(0, digestBytes)
      .toString('base64url');
  try {
    return {
      keyVersion,
      device: device === null ? null : device.use((text) => digest('device', text)),
      network: network === null ? null : digest('network', network),
    };
  } finally {
    key.wipe();
  }
}

/** The message of a token is a digest of 32 bytes, so that this one, which is longer, is never a token's. */
const messageOf = (who: SubjectRef): Uint8Array =>
  Buffer.concat([Buffer.from('facestep/known-places/the key of one person: '), digestOf(placesKey(who))]);

/** Registration of this data. */
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
