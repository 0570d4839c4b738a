import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { keyVersionAfter } from '../core/derived-key.js';
import type { QueueShare } from '../core/fair-queue.js';
import { type KeyVersion, type Measurement, sketchBands, type VerifyRequest } from '../core/ports.js';
import { digestOf, type FrameSketch, type KeyMaterial, type Photo } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { FaceError } from '../errors.js';

/*
 * Detects copies of earlier frames by 64 short digests, one per band of the frame's fingerprint.
 * docs/liveness-method.md has the error rates. Digests are keyed per person, so they cannot be compared between people.
 */

/** Number of equal bands from which a frame counts as a copy (docs/accuracy/near-duplicates.json). */
export const alikeBands = 6;

const keptChallenges = 20;
/** Retention, in days after the last challenge. */
export const keptDays = 30;
const keptSec = keptDays * secondsPerDay;

/** By chance, 6 of 64 digests of this size are equal in less than one of 10²⁰ pairs. */
const digestBytes = 2;

const seenGuard = z.object({
  keyVersion: z.int(),
  /** The newest is last. */
  challenges: z.array(z.object({ at: epochMsGuard, frames: z.array(z.base64url()) })),
});
type Seen = z.infer<typeof seenGuard>;

const seenKey = ({ connection, subject }: SubjectRef): string => `frames-seen:${connection}:${subject}`;

const toStored = (who: SubjectRef) => ({
  key: seenKey(who),
  guard: seenGuard,
  expiresAt: ({ challenges }: Seen): EpochMs | null => {
    const newest = challenges.at(-1);
    return newest === undefined ? null : addSec(newest.at, keptSec);
  },
  // If a power failure loses the record, the only effect is that one copy is missed.
  relaxedDurability: true,
});

interface Digested {
  readonly asIs: Buffer;
  readonly mirrored: Buffer;
}

export interface ComparedFrames {
  /** Passes if no frame is a copy of an earlier one. */
  readonly newness: Measurement;
  readonly keyVersion: KeyVersion;
  readonly frames: readonly Digested[];
  /** Error of the first photo that could not be compared, or `null`. */
  readonly failure: unknown;
}

/** Returns whose frames those are that a backend checks with a token that it stores. The token names no person. */
export const holderOf = (tokenId: string): SubjectRef => ({ connection: 'token', subject: tokenId });

const challengesUnder = (keyVersion: KeyVersion, found: Seen | null, now: EpochMs): Seen['challenges'] =>
  found === null || found.keyVersion !== keyVersion
    ? []
    : found.challenges.filter(({ at }) => addSec(at, keptSec) > now);

/**
 * Compares frames with those of earlier checks.
 * @returns `null` if the person is unknown
 */
export async function compareWithEarlier(
  who: SubjectRef,
  photos: readonly Photo[],
  share: QueueShare,
  deps: Ports<'state' | 'clock' | 'keys' | 'analysisCache'>,
): Promise<ComparedFrames | null> {
  if (who.subject === '') return null;
  const results = await Promise.allSettled(photos.map((photo) => deps.analysisCache.sketch(photo, share)));
  // A frame without a sketch has no usable face, for which the judge refuses the check.
  const sketches = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const found = (await readStored(toStored(who), deps))?.record ?? null;
  const { keyVersion, frames } = await digest(who, found, sketches, deps).finally(() => {
    for (const sketch of sketches) sketch.wipe();
  });
  const copies = countCopies(frames, challengesUnder(keyVersion, found, deps.clock.now()));
  const value = photos.length - copies;
  const atLeast = photos.length;
  return {
    newness: { name: 'frames_unlike_earlier', value, unit: 'count', atLeast, atMost: null, pass: value >= atLeast },
    keyVersion,
    frames,
    failure: results.find((result) => result.status === 'rejected')?.reason ?? null,
  };
}

function countCopies(frames: readonly Digested[], challenges: Seen['challenges']): number {
  const known = challenges.flatMap((challenge) => challenge.frames.map((text) => Buffer.from(text, 'base64url')));
  return frames.filter((frame) => known.some((each) => isCopy(frame, each))).length;
}

/**
 * Stores the digests of a decided check. Never call it for an anonymous caller, who could push out the person's own.
 * @param onCopy - called if an earlier check had one of the frames, before anything is stored
 */
export async function rememberFrames(
  who: SubjectRef,
  compared: ComparedFrames | null,
  deps: Ports<'state' | 'clock'>,
  onCopy: () => void = () => {},
): Promise<void> {
  if (compared === null || compared.frames.length === 0) return;
  const { keyVersion, frames } = compared;
  const at = deps.clock.now();
  const remember = (found: Seen | null): Seen => {
    const earlier = challengesUnder(keyVersion, found, at);
    if (countCopies(frames, earlier) > 0) onCopy();
    const texts = frames.map(({ asIs }) => asIs.toString('base64url'));
    return { keyVersion, challenges: [...earlier, { at, frames: texts }].slice(-keptChallenges) };
  };
  await changeStored(toStored(who), remember, deps);
}

type PhotoDeps = Ports<'state' | 'clock' | 'keys' | 'analysisCache'>;

/** Remembers the photos of an enrolment. @throws errors of a photo that cannot be compared */
export async function rememberPhotos(
  who: SubjectRef,
  photos: readonly Photo[],
  share: QueueShare,
  deps: PhotoDeps,
): Promise<void> {
  await rememberFrames(who, requireComparable(await compareWithEarlier(who, photos, share, deps)), deps);
}

/**
 * Accepts photos that matched, if none is a copy, and remembers them. Of two requests with the same photo, one is
 * accepted.
 * @throws `photo_replayed`, and errors of a photo that cannot be compared
 */
export async function claimPhotos(
  who: SubjectRef,
  { compared, remembers }: { readonly compared: ComparedFrames | null; readonly remembers: boolean },
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const refuse = (): never => {
    throw new FaceError('photo_replayed');
  };
  const comparable = requireComparable(compared);
  if (comparable?.newness.pass === false) refuse();
  if (remembers) await rememberFrames(who, comparable, deps, refuse);
}

function requireComparable(compared: ComparedFrames | null): ComparedFrames | null {
  if (compared !== null && compared.failure !== null) throw compared.failure;
  return compared;
}

/** Runs a check of photos, and decides if photos that matched are accepted. */
export type PhotoGuard = <Result extends { readonly matched: boolean }>(
  request: VerifyRequest,
  check: (asked: VerifyRequest) => Promise<Result>,
) => Promise<Result>;

export const acceptAnyPhotos: PhotoGuard = (request, check) => check(request);

/**
 * Creates the guard that refuses copies of a person's earlier photos. Photos that do not match are compared, too, so
 * that a copy takes as long as another face. Only photos that match are remembered: others could push these out.
 * @param remembers - false for an anonymous caller
 */
export const requireNewPhotos =
  (who: SubjectRef, remembers: boolean, deps: PhotoDeps): PhotoGuard =>
  async (request, check) => {
    const held = deps.analysisCache.hold(request.photos, 'photo', request.share);
    const comparing = compareWithEarlier(who, held.photos, request.share, deps);
    // Prevents an unhandled rejection if the check fails first.
    comparing.catch(() => null);
    try {
      const result = await check({ ...request, photos: held.photos });
      const compared = await comparing;
      if (result.matched) await claimPhotos(who, { compared, remembers }, deps);
      return result;
    } finally {
      await comparing.catch(() => null);
      await held.release();
    }
  };

export async function readEarlierFrames(
  who: SubjectRef,
  deps: Ports<'state'>,
): Promise<{ readonly challenges: number; readonly expiresAt: EpochMs | null } | null> {
  const found = await readStored(toStored(who), deps);
  if (found === null) return null;
  return { challenges: found.record.challenges.length, expiresAt: toStored(who).expiresAt(found.record) };
}

const isCopy = ({ asIs, mirrored }: Digested, known: Uint8Array): boolean =>
  countAgreeing(asIs, known) >= alikeBands || countAgreeing(mirrored, known) >= alikeBands;

function countAgreeing(one: Uint8Array, other: Uint8Array): number {
  let agreeing = 0;
  for (let at = 0; at < one.length; at += digestBytes)
    if (one[at] === other[at] && one[at + 1] === other[at + 1]) agreeing += 1;
  return agreeing;
}

async function digest(
  who: SubjectRef,
  found: Seen | null,
  sketches: readonly FrameSketch[],
  { keys }: Ports<'keys'>,
): Promise<{ readonly keyVersion: KeyVersion; readonly frames: readonly Digested[] }> {
  const former = found?.keyVersion;
  const keyVersion = await keyVersionAfter(former, { keys });
  const key = await keys.mac(keyVersion, messageOf(who));
  try {
    return { keyVersion, frames: sketches.map((sketch) => sketch.use((steps) => digestBands(steps, key))) };
  } finally {
    key.wipe();
  }
}

/**
 * Message from which the person's key is derived. A token's key is derived from 32 bytes. This message is longer, so
 * the two keys always differ.
 */
const messageOf = (who: SubjectRef): Uint8Array =>
  Buffer.concat([Buffer.from('facestep/frames-seen/the key of one person: '), digestOf(seenKey(who))]);

function digestBands(steps: Uint8Array, key: KeyMaterial): Digested {
  const bandLength = steps.length / (2 * sketchBands);
  const bands = Array.from({ length: 2 * sketchBands }, (_, at) => {
    const band = steps.subarray(at * bandLength, (at + 1) * bandLength);
    const mac = key.use((bytes) => createHmac('sha256', bytes));
    return mac
      .update(Uint8Array.of(at % sketchBands))
      .update(band)
      .digest()
      .subarray(0, digestBytes);
  });
  return { asIs: Buffer.concat(bands.slice(0, sketchBands)), mirrored: Buffer.concat(bands.slice(sketchBands)) };
}

export const forgetFrames = (who: SubjectRef, { state }: Ports<'state'>): Promise<void> => state.delete(seenKey(who));

export const earlierFrameData = {
  part: 'earlier_frames',
  keys: ['frames-seen:*:*'],
  read: async (who, deps) => {
    const kept = await readEarlierFrames(who, deps);
    if (kept === null) return { earlierFrames: null };
    const { challenges, expiresAt } = kept;
    return { earlierFrames: { challenges, expiresAt: expiresAt === null ? null : toIso(expiresAt) } };
  },
  endedBy: 'revocation',
  forget: forgetFrames,
} as const satisfies PersonalData;
