import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { type KeyVersion, type Measurement, sketchBands } from '../core/ports.js';
import { digestOf, type FrameSketch, type KeyMaterial, type Photo } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toIso } from '../core/units.js';
import { anonymousSourceOf, type StepUpRecord, shareOf, subjectOf } from './record.js';

/*
 * Detects copies of earlier frames by 64 short digests, one per band of the frame's fingerprint.
 * docs/liveness-method.md has the error rates. Digests are keyed per person, so they cannot be compared between people.
 */

/** Number of equal bands from which a frame counts as a copy. Measured with `npm run eval -- near-duplicates`. */
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
  readonly unlike: Measurement;
  readonly keyVersion: KeyVersion;
  /** Digests of the frames, base64url. */
  readonly frames: readonly string[];
}

const challengesUnder = (keyVersion: KeyVersion, found: Seen | null, now: EpochMs): Seen['challenges'] =>
  found === null || found.keyVersion !== keyVersion
    ? []
    : found.challenges.filter(({ at }) => addSec(at, keptSec) > now);

/**
 * Compares frames with those of earlier checks.
 * @returns `null` if the person is unknown
 */
export async function compareWithEarlier(
  record: StepUpRecord,
  photos: readonly Photo[],
  deps: Ports<'state' | 'clock' | 'keys' | 'analysisCache'>,
): Promise<ComparedFrames | null> {
  if (record.subject === '') return null;
  const who = subjectOf(record);
  const results = await Promise.allSettled(photos.map((photo) => deps.analysisCache.sketch(photo, shareOf(record))));
  // A frame without a sketch has no usable face, for which the judge refuses the check.
  const sketches = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const found = (await readStored(toStored(who), deps))?.record ?? null;
  const { keyVersion, frames } = await digest(who, found, sketches, deps).finally(() => {
    for (const sketch of sketches) sketch.wipe();
  });
  const known = challengesUnder(keyVersion, found, deps.clock.now()).flatMap((challenge) =>
    challenge.frames.map((text) => Buffer.from(text, 'base64url')),
  );
  const copies = frames.filter((frame) => known.some((each) => isCopy(frame, each))).length;
  const value = photos.length - copies;
  const atLeast = photos.length;
  return {
    unlike: { name: 'frames_unlike_earlier', value, unit: 'count', atLeast, atMost: null, pass: value >= atLeast },
    keyVersion,
    frames: frames.map(({ asIs }) => asIs.toString('base64url')),
  };
}

/**
 * Stores the digests of a decided check. Those of anonymous callers are not stored: they could push out the person's
 * own.
 */
export async function rememberFrames(
  record: StepUpRecord,
  compared: ComparedFrames | null,
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  if (compared === null || compared.frames.length === 0 || anonymousSourceOf(record) !== null) return;
  const { keyVersion, frames } = compared;
  const at = deps.clock.now();
  const remember = (found: Seen | null): Seen => ({
    keyVersion,
    challenges: [...challengesUnder(keyVersion, found, at), { at, frames: [...frames] }].slice(-keptChallenges),
  });
  await changeStored(toStored(subjectOf(record)), remember, deps);
}

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
  const keyVersion = former !== undefined && (await keys.holds(former)) ? former : await keys.currentVersion();
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
  forget: (who, { state }) => state.delete(seenKey(who)),
} as const satisfies PersonalData;
