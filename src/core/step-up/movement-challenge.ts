import { FaceError } from '../../errors.js';
import type { Credential } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import type { Movement } from '../movements.js';
import type { Measurement, Random } from '../ports.js';
import type { ScreenAxis } from '../screen-light.js';
import { addSec, type EpochMs } from '../units.js';
import { drawBelow } from './draw.js';
import { type Asked, drawLights, toPoses } from './light-row.js';
import type { StepUpRecord } from './record.js';
import { isStored, toStoredDigest } from './ticket.js';

/*
 * A random row of head movements, and of lights where the page can show them, told one at a time. Before the next is told, the
 * client commits to the picture of the last by its digest: so this server's clock times each, and nobody knows the row before
 * it is over. All pictures come at the end, in one request, and are held against the digests; none of them is stored.
 */

/** The pictures of one challenge: straight ahead, three movements, straight ahead; more under light. */
export const framesOfChallenge = { least: 5, most: 12 } as const;

/** How long one challenge may take, in seconds. */
const challengeLifeSec = 45;

/**
 * How long its pictures may be on their way once all of them are committed to, in seconds: nothing can be changed in them by
 * then, so it is not the challenge's time that a slow network takes. A request may take a minute to come (src/http/listen.ts),
 * and some are sent twice.
 */
const sentWithinSec = 150;

/** Faster than this nobody reads, turns and is photographed. */
const quickestFrameMs = 400;

/** Under a light nobody has to move for, a page that waits for its screen and the camera takes longer than this. */
const quickestLightMs = 300;

/** Longer than this somebody has time to make a picture of what was asked. */
const slowestFrameMs = 8000;

/** Under a light nobody has to move for: a page needs half a second and its way here and back. */
const slowestLightMs = 3000;

const turns = ['left', 'right', 'up', 'down'] as const;

/**
 * Straight ahead, three different turns, straight ahead: 24 rows. Of three different turns one at least goes to a side and
 * one up or down, and turns to a side are the clearest to the judge.
 */
export function drawMovements(random: Random): Movement[] {
  const left: Movement[] = [...turns];
  const drawn = [4, 3, 2].flatMap((bound) => left.splice(drawBelow(bound, random), 1));
  return ['centre', ...drawn, 'centre'];
}

/** What a client is to be told next. */
export interface NextMovement extends Asked {
  /** Of the picture, from 0. */
  readonly index: number;
  readonly of: number;
}

/** A challenge as it is stored. */
export type MovementRecord = NonNullable<StepUpRecord['movement']>;

/** A new challenge. @param axis - how the screen's halves lie; `null` for one of movements alone */
export function newChallenge(
  nonce: Credential,
  axis: ScreenAxis | null,
  { clock, random }: Pick<CoreDeps, 'clock' | 'random'>,
): MovementRecord {
  const now = clock.now();
  const movements = drawMovements(random);
  const lit = axis === null ? null : drawLights(movements, axis, random);
  return {
    nonceDigest: toStoredDigest(nonce),
    asked: lit?.map(({ movement }) => movement) ?? movements,
    lights: lit?.flatMap(({ light }) => light ?? []) ?? [],
    toldAt: now,
    frames: [],
    expiresAt: addSec(now, challengeLifeSec),
  };
}

/** What is to be told now, and nothing of what comes after it; `null` where all has been told. */
export function nextOf(challenge: MovementRecord): NextMovement | null {
  const asked = toAsked(challenge);
  const index = challenge.frames.length;
  const next = asked[index];
  return next === undefined ? null : { index, of: asked.length, ...next };
}

/** What is asked for each picture, told or not. */
export const toAsked = ({ asked, lights }: Pick<MovementRecord, 'asked' | 'lights'>): readonly Asked[] =>
  asked.map((movement, at) => ({ movement, light: lights[at] ?? null }));

/**
 * The challenge that a nonce names.
 * @throws FaceError `challenge_wrong`: there is none, another, or its time is up
 */
export function findChallenge(
  { movement }: Pick<StepUpRecord, 'movement'>,
  nonce: Credential,
  now: EpochMs,
): MovementRecord {
  if (movement === null || !isStored(nonce, movement.nonceDigest) || movement.expiresAt <= now) {
    throw new FaceError('challenge_wrong');
  }
  return movement;
}

/**
 * The challenge after a picture was committed to.
 * @param digest - SHA-256 of the picture's bytes, base64url
 * @throws FaceError `challenge_wrong`: it has all its pictures
 */
export function commitTo(challenge: MovementRecord, digest: string, now: EpochMs): MovementRecord {
  if (nextOf(challenge) === null) throw new FaceError('challenge_wrong');
  const frame = { digest, afterMs: now - challenge.toldAt };
  const committed = { ...challenge, toldAt: now, frames: [...challenge.frames, frame] };
  return nextOf(committed) === null ? { ...committed, expiresAt: addSec(now, sentWithinSec) } : committed;
}

const toMeasurement = (name: string, value: number, unit: string, bounds: Partial<Measurement>): Measurement => {
  const { atLeast = null, atMost = null } = bounds;
  const pass = (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);
  return { name, value, unit, atLeast, atMost, pass };
};

/**
 * What the order, the digests and the clock say of the pictures of a challenge, each with its bound.
 * @param digests - of the pictures that came, in order
 * @param fresh - how many of them were never sent before
 */
export function measureChallenge(
  challenge: MovementRecord,
  digests: readonly string[],
  fresh: number,
): readonly Measurement[] {
  const { asked, frames } = challenge;
  // A picture that nobody committed to came in no time: what is recorded are numbers.
  const times = asked.map((_, at) => frames[at]?.afterMs ?? 0);
  const lit = toPoses(toAsked(challenge).map((each, at) => ({ ...each, afterMs: times[at] ?? 0 }))).flatMap(
    ({ after }) => after?.afterMs ?? [],
  );
  const isLit = challenge.lights.length > 0;
  // Whoever starts looks ahead already.
  const hasTurned = asked.map((movement, at) => !isLit || movement !== (asked[at - 1] ?? movement));
  const quickest = (turned: boolean): number => Math.min(...times.filter((_, at) => hasTurned[at] === turned));
  const inOrder = digests.filter((digest, index) => digest === frames[index]?.digest).length;
  return [
    toMeasurement('frames_as_committed', inOrder, 'count', { atLeast: asked.length }),
    toMeasurement('frames_never_seen', fresh, 'count', { atLeast: asked.length }),
    toMeasurement('quickest_frame', quickest(true), 'ms', { atLeast: quickestFrameMs }),
    toMeasurement('slowest_frame', Math.max(...times), 'ms', { atMost: slowestFrameMs }),
    ...(isLit
      ? [
          toMeasurement('quickest_light', quickest(false), 'ms', { atLeast: quickestLightMs }),
          toMeasurement('slowest_light', Math.max(...lit), 'ms', { atMost: slowestLightMs }),
        ]
      : []),
  ];
}
