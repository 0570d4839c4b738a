import type { Ports } from '../core/deps.js';
import type { Movement } from '../core/movements.js';
import { drawBelow } from '../core/number-choices.js';
import type { Measurement, Random } from '../core/ports.js';
import { type Instruction, toPoses } from '../core/poses.js';
import { complements, type ScreenAxis, type ScreenLight, screenColours } from '../core/screen-light.js';
import type { Credential } from '../core/secrets.js';
import { isStored, toStoredDigest } from '../core/tickets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { MovementRecord, StepUpRecord } from './record.js';

/*
 * Random lights during the movements. The second color of a pose is revealed only after the digest of the first picture
 * was sent, so a recording cannot show it. Split screens reveal the face's shape.
 * @see https://www.ndss-symposium.org/ndss2018/ Tang et al., Face Flashing
 */

const plain = (axis: ScreenAxis, colour: ScreenLight['first']): ScreenLight => ({
  axis,
  first: colour,
  second: colour,
});

function drawPair(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const left = [...screenColours];
  const [first = screenColours[0]] = left.splice(drawBelow(left.length, random), 1);
  return [plain(axis, first), plain(axis, left[drawBelow(left.length, random)] ?? first)];
}

function drawHalves(axis: ScreenAxis, random: Random): readonly [ScreenLight, ScreenLight] {
  const [one, other] = complements[drawBelow(complements.length, random)] ?? complements[0];
  const [first, second] = drawBelow(2, random) === 0 ? [one, other] : [other, one];
  return [
    { axis, first, second },
    { axis, first: second, second: first },
  ];
}

/**
 * Adds lights to the movements: 10 pictures, with one of 6 × 30⁴ possible sequences. The last pose has two pairs, because
 * three pairs match a random sequence three times as often.
 */
export function drawLights(movements: readonly Movement[], axis: ScreenAxis, random: Random): readonly Instruction[] {
  const halves = drawHalves(axis, random);
  return [...movements, ...movements.slice(-1)].flatMap((movement, at) =>
    [...(at === 0 ? halves : []), ...drawPair(axis, random)].map((light) => ({ movement, light })),
  );
}

/*
 * Random head movements and lights, revealed one at a time. The client sends each picture's digest before it gets the
 * next instruction, so that the server can measure the time. At the end, the client submits the pictures, which are
 * verified against the digests and not stored.
 *
 * Between the pictures, the client takes looks: small pictures at a steady rate. It sends the digests of all before the
 * next instruction, and the server then draws the few that are submitted. So nothing that is shown to the camera can be
 * chosen. Injected pictures can be chosen before.
 */

/** Number of pictures: straight ahead, and one movement or two. Light needs more. */
const framesOfChallenge = { least: 2, most: 10 } as const;

/** Number of looks that are submitted: before the first movement, and of all movements together. */
const looksOfChallenge = { ahead: 3, turned: 12 } as const;

export const photosOfChallenge = {
  least: framesOfChallenge.least,
  most: framesOfChallenge.most + looksOfChallenge.ahead + looksOfChallenge.turned,
} as const;

/** Limits of the looks. The page takes eight a second; a slow device or connection may leave out two seconds in all. */
const looks = { slowestMs: 333, quickestMs: 100, maxMissing: 6, maxExtra: 16 } as const;

const challengeLifeSec = 45;

/**
 * Seconds for the upload, after the challenge's time. A request may take a minute (src/http/listen.ts), and some
 * uploads are repeated.
 */
const sentWithinSec = 150;

const quickestFrameMs = 400;

/** Minimum time before a picture if only the light changes, so that the person need not move. */
const quickestLightMs = 300;

/**
 * Maximum time before a picture. Given more time, an attacker could produce a matching picture. Without light, the first
 * one has none, because everybody knows that it is frontal: the page asks for it while the person still finds the right
 * place.
 */
const slowestFrameMs = 8000;

/** Maximum time if only the light changes. A page needs half a second plus a round trip. */
const slowestLightMs = 3000;

const drawAside = (random: Random): Movement => (drawBelow(2, random) === 0 ? 'left' : 'right');

/** Draws one of 8 sequences: a turn sideways, which the judge detects best, and one up or down, in either order. */
export function drawMovements(random: Random): Movement[] {
  const aside = drawAside(random);
  const raised = drawBelow(2, random) === 0 ? 'up' : 'down';
  return drawBelow(2, random) === 0 ? ['centre', aside, raised] : ['centre', raised, aside];
}

export interface NextMovement extends Instruction {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

/** Creates a challenge. @param show.axis - of the screen's light, which needs two movements; `null` for movements only */
export function newChallenge(
  nonce: Credential,
  { axis, turns }: { readonly axis: ScreenAxis | null; readonly turns: 1 | 2 },
  { clock, random }: Ports<'clock' | 'random'>,
): MovementRecord {
  const now = clock.now();
  const movements: Movement[] = axis === null && turns === 1 ? ['centre', drawAside(random)] : drawMovements(random);
  const lit = axis === null ? null : drawLights(movements, axis, random);
  return {
    kind: 'movement',
    nonceDigest: toStoredDigest(nonce),
    asked: lit?.map(({ movement }) => movement) ?? movements,
    lights: lit?.flatMap(({ light }) => light ?? []) ?? [],
    toldAt: now,
    frames: [],
    expiresAt: addSec(now, challengeLifeSec),
  };
}

export function nextOf(challenge: MovementRecord): NextMovement | null {
  const asked = toInstructions(challenge);
  const index = challenge.frames.length;
  const next = asked[index];
  return next === undefined ? null : { index, of: asked.length, ...next };
}

/** Returns the instructions for all pictures. */
export const toInstructions = ({ asked, lights }: Pick<MovementRecord, 'asked' | 'lights'>): readonly Instruction[] =>
  asked.map((movement, at) => ({ movement, light: lights[at] ?? null }));

/** Returns the challenge of a nonce. @throws `challenge_wrong` for another nonce or an expired challenge */
export function findChallenge(
  { challenge }: Pick<StepUpRecord, 'challenge'>,
  nonce: Credential,
  now: EpochMs,
): MovementRecord {
  if (challenge?.kind !== 'movement' || !isStored(nonce, challenge.nonceDigest) || challenge.expiresAt <= now) {
    throw new FaceError('challenge_wrong');
  }
  return challenge;
}

/** A picture that is submitted later, and the looks before it, by SHA-256 (base64url). */
export interface CommittedFrame {
  readonly digest: string;
  readonly looks: readonly string[];
}

/** Returns how many of the looks before a picture are submitted. Light changes at the first pose open none. */
function countOpened({ asked }: MovementRecord, at: number): number {
  if (at === 0) return looksOfChallenge.ahead;
  const isTurned = (movement: Movement | undefined): boolean => movement !== 'centre';
  return isTurned(asked[at]) ? Math.floor(looksOfChallenge.turned / asked.filter(isTurned).length) : 0;
}

/**
 * Records a picture, and draws the looks that are submitted with it.
 * @throws `challenge_wrong` if the challenge is complete
 */
export function commitFrameDigest(
  challenge: MovementRecord,
  { digest, looks: taken }: CommittedFrame,
  now: EpochMs,
  random: Random,
): MovementRecord {
  if (nextOf(challenge) === null) throw new FaceError('challenge_wrong');
  const before = challenge.frames.reduce((sum, { looks }) => sum + looks, 0);
  const left = [...new Set(taken)].map((each, at) => ({ digest: each, at: before + at }));
  const { length: looks } = left;
  const drawn = Math.min(looks, countOpened(challenge, challenge.frames.length));
  const picked = Array.from({ length: drawn }, () => left.splice(drawBelow(left.length, random), 1)).flat();
  const opened = picked.toSorted((one, other) => one.at - other.at);
  const frame = { digest, afterMs: now - challenge.toldAt, looks, opened };
  const committed = { ...challenge, toldAt: now, frames: [...challenge.frames, frame] };
  return nextOf(committed) === null ? { ...committed, expiresAt: addSec(now, sentWithinSec) } : committed;
}

/** Returns the digests of all pictures to submit: those of the instructions, then the drawn looks. */
const toCommitted = ({ frames }: MovementRecord): readonly string[] => [
  ...frames.map(({ digest }) => digest),
  ...frames.flatMap(({ opened }) => opened.map(({ digest }) => digest)),
];

/** Returns the movements of the drawn looks, in the order of the submitted pictures. */
export const movementsOfLooks = ({ asked, frames }: MovementRecord): readonly Movement[] =>
  frames.flatMap(({ opened }, at) => opened.map(() => asked[at] ?? 'centre'));

/** Returns the places of the drawn looks. They are revealed when all are committed to, so that no look can depend on them. */
export const placesOf = (challenge: MovementRecord): number[] =>
  nextOf(challenge) === null ? challenge.frames.flatMap(({ opened }) => opened.map(({ at }) => at)) : [];

/**
 * Counts the looks of the movements that were not drawn, because too few were taken. The movement with the fewest counts
 * for both, so that no movement can be left out.
 */
function countMissing(challenge: MovementRecord): number {
  const turned = challenge.asked.filter((movement) => movement !== 'centre');
  const drawn = movementsOfLooks(challenge);
  const countOf = (movement: Movement, of: readonly Movement[]): number =>
    of.filter((each) => each === movement).length;
  const ofEach = turned.map((movement) => countOf(movement, drawn) / countOf(movement, turned));
  return looksOfChallenge.turned - turned.length * Math.min(...ofEach);
}

/**
 * Measures how evenly looks were taken. The time before the first movement has no lower limit, because the person may
 * leave and come back. This time permits no further looks later.
 */
function measureLooks(challenge: MovementRecord): readonly Measurement[] {
  let missing = countMissing(challenge);
  let extra = 0;
  let wanting = 0;
  let beyond = 0;
  for (const [at, { looks: taken, afterMs }] of challenge.frames.entries()) {
    // Looks of one movement do not replace those of the next.
    wanting = at === 0 ? 0 : Math.max(0, wanting + afterMs / looks.slowestMs - taken);
    beyond += at === 0 ? Math.max(0, taken - afterMs / looks.quickestMs) : taken - afterMs / looks.quickestMs;
    missing = Math.max(missing, wanting);
    extra = Math.max(extra, beyond);
  }
  return [
    toMeasurement('looks_missing', Math.round(missing), 'count', { atMost: looks.maxMissing }),
    toMeasurement('looks_to_spare', Math.round(-extra), 'count', { atLeast: -looks.maxExtra }),
  ];
}

const toMeasurement = (name: string, value: number, unit: string, bounds: Partial<Measurement>): Measurement => {
  const { atLeast = null, atMost = null } = bounds;
  const pass = (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);
  return { name, value, unit, atLeast, atMost, pass };
};

/** Returns true if only time limits have passed. Network, server or store may be slow, so this is not counted. */
export function isTooSlow(measured: readonly Measurement[]): boolean {
  const failed = measured.filter(({ pass }) => !pass);
  return failed.length > 0 && failed.every(({ value, atMost }) => atMost !== null && value > atMost);
}

/**
 * Measures order, digests and times of the pictures.
 * @param fresh - number of pictures that were never submitted before
 */
export function measureChallenge(
  challenge: MovementRecord,
  digests: readonly string[],
  fresh: number,
): readonly Measurement[] {
  const { asked, frames } = challenge;
  // A picture that was not committed counts as 0 ms, so that all values are numbers.
  const times = asked.map((_, at) => frames[at]?.afterMs ?? 0);
  const lit = toPoses(toInstructions(challenge).map((each, at) => ({ ...each, afterMs: times[at] ?? 0 }))).flatMap(
    ({ after }) => after?.afterMs ?? [],
  );
  const isLit = challenge.lights.length > 0;
  // The first picture needs no turn, because the person looks straight ahead already.
  const hasTurned = asked.map((movement, at) => !isLit || movement !== (asked[at - 1] ?? movement));
  const quickest = (turned: boolean): number => Math.min(...times.filter((_, at) => hasTurned[at] === turned));
  const expected = toCommitted(challenge);
  const inOrder = new Set(digests.filter((digest, index) => digest === expected[index])).size;
  return [
    toMeasurement('frames_as_committed', inOrder, 'count', { atLeast: Math.max(asked.length, expected.length) }),
    toMeasurement('frames_never_seen', fresh, 'count', { atLeast: asked.length }),
    toMeasurement('quickest_frame', quickest(true), 'ms', { atLeast: quickestFrameMs }),
    toMeasurement('slowest_frame', Math.max(...times.slice(isLit ? 0 : 1)), 'ms', { atMost: slowestFrameMs }),
    ...measureLooks(challenge),
    ...(isLit
      ? [
          toMeasurement('quickest_light', quickest(false), 'ms', { atLeast: quickestLightMs }),
          toMeasurement('slowest_light', Math.max(...lit), 'ms', { atMost: slowestLightMs }),
        ]
      : []),
  ];
}
