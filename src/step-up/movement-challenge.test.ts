import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ScreenAxis } from '../core/screen-light.js';
import { Credential } from '../core/secrets.js';
import { epochMs } from '../core/units.js';
import {
  type CommittedFrame,
  commitFrameDigest,
  drawMovements,
  isTooSlow,
  measureChallenge,
  movementsOfLooks,
  newChallenge,
  nextOf,
  placesOf,
} from './movement-challenge.js';
import type { MovementRecord } from './record.js';

/** A frame, and the looks that the page takes in a time. */
const taken = (name: string, afterMs: number): CommittedFrame => ({
  digest: name,
  looks: Array.from({ length: Math.ceil(afterMs / 125) }, (_, at) => `${name} look ${at}`),
});

/** Runs a challenge whose frames are taken after these times. */
function run(afterMs: readonly number[], axis: ScreenAxis | null = null, take = taken): MovementRecord {
  let now = epochMs(1000);
  const deps = { clock: { now: () => now }, random: randomBytes };
  let challenge = newChallenge(new Credential('nonce'), { axis, turns: 2 }, deps);
  for (const [at, ms] of afterMs.entries()) {
    now = epochMs(now + ms);
    challenge = commitFrameDigest(challenge, take(`frame ${at}`, ms), now, randomBytes);
  }
  return challenge;
}

const digestsOf = ({ frames }: MovementRecord): readonly string[] => [
  ...frames.map(({ digest }) => digest),
  ...frames.flatMap(({ opened }) => opened.map(({ digest }) => digest)),
];

const failingOf = (challenge: MovementRecord, digests = digestsOf(challenge)): readonly string[] =>
  measureChallenge(challenge, digests, challenge.asked.length)
    .filter(({ pass }) => !pass)
    .map(({ name }) => name);

test('each challenge is centre, then a turn sideways and one up or down; each of the 8 orders is equally likely', () => {
  const draws = 8000;
  const seen = new Map<string, number>();
  for (let draw = 0; draw < draws; draw += 1) {
    const name = drawMovements(randomBytes).join(' ');
    expect(name).toMatch(/^centre ((left|right) (up|down)|(up|down) (left|right))$/);
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  expect(seen.size).toBe(8);
  // 1,000 expected of each; a fair draw is off by 200 (over six deviations) once in a hundred million rows.
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

test('one turn is to the left or right; with light, there are always two movements', () => {
  const draw = (axis: ScreenAxis | null) =>
    newChallenge(
      new Credential('nonce'),
      { axis, turns: 1 },
      { clock: { now: () => epochMs(0) }, random: randomBytes },
    );
  const seen = new Set(Array.from({ length: 60 }, () => draw(null).asked.join(' ')));
  expect([...seen].toSorted()).toEqual(['centre left', 'centre right']);
  expect(draw('across').asked).toHaveLength(10);
});

test('a challenge reveals one movement at a time, and measures each from its reveal; the first may take its time', () => {
  const begun = run([]);
  expect(nextOf(begun)).toEqual({ index: 0, of: 3, movement: 'centre', light: null });
  const challenge = run([12_000, 1100, 4000]);
  expect(nextOf(challenge)).toBeNull();
  expect(challenge.frames.map(({ afterMs }) => afterMs)).toEqual([12_000, 1100, 4000]);
  expect(() => commitFrameDigest(challenge, taken('one more', 900), epochMs(99_000), randomBytes)).toThrow('challenge');
  expect(failingOf(challenge)).toEqual([]);
  const failing = measureChallenge(challenge, digestsOf(challenge).toReversed(), 2).filter(({ pass }) => !pass);
  expect(failing.map(({ name }) => name)).toEqual(['frames_as_committed', 'frames_never_seen']);
});

test('the server draws looks of the movements at random, and only those that were committed pass', () => {
  const drawn = new Set(
    Array.from({ length: 40 }, () => run([900, 2000, 2000]).frames[1]!.opened).flatMap((opened) =>
      opened.map(({ at }) => at),
    ),
  );
  expect(drawn.size).toBe(16);
  const challenge = run([900, 2000, 2000]);
  expect(challenge.frames.map(({ opened }) => new Set(opened).size)).toEqual([3, 6, 6]);
  expect(movementsOfLooks(challenge)).toEqual(
    challenge.asked.flatMap((each, at) => Array(at === 0 ? 3 : 6).fill(each)),
  );
  expect(placesOf(run([900, 2000]))).toEqual([]);
  const [first = 0, ...places] = placesOf(challenge).toSorted((one, other) => one - other);
  expect([places.length, first >= 0, (places.at(-1) ?? 0) < 8 + 16 + 16]).toEqual([14, true, true]);
  const [last, ...others] = digestsOf(challenge).toReversed();
  expect(failingOf(challenge, [...others.toReversed(), `${last} altered`])).toEqual(['frames_as_committed']);
  expect(failingOf(challenge, others.toReversed())).toEqual(['frames_as_committed']);
  const twice = [...others.slice(1).toReversed(), others[1]!, others[1]!];
  expect(failingOf(challenge, twice)).toEqual(['frames_as_committed']);
});

test.each<[string, readonly number[], readonly number[], readonly string[]]>([
  ['three looks a second pass, as of a slow device', [900, 4000, 4000], [3, 3, 3], []],
  ['no looks during the movements fail', [900, 4000, 4000], [8, 0, 0], ['looks_missing']],
  ['fewer than one look each half second fail', [900, 4000, 4000], [8, 1.5, 1.5], ['looks_missing']],
  ['no looks during a short movement fail', [900, 2000, 1000], [8, 8, 0], ['looks_missing']],
  ['a pause of three seconds fails after many looks', [900, 6000, 5000], [8, 8, 1], ['looks_missing']],
  ['more looks than the page takes fail', [900, 4000, 4000], [20, 20, 20], ['looks_to_spare']],
  ['more looks than the page takes fail after a long wait', [9000, 2000, 2000], [0, 20, 20], ['looks_to_spare']],
])('%s', (_, times, perSec, failing) => {
  const take = (name: string, ms: number): CommittedFrame => ({
    digest: name,
    looks: Array.from(
      { length: Math.floor((ms * perSec[Number(name.at(-1))]!) / 1000) },
      (_look, at) => `${name} ${at}`,
    ),
  });
  const challenge = run(times, null, take);
  expect(failingOf(challenge)).toEqual(failing);
  // Only what a slow device or line can cause is not counted, and nothing is if other signals fail, too.
  expect(isTooSlow(measureChallenge(challenge, digestsOf(challenge), 3))).toBe(failing[0] === 'looks_missing');
  expect(isTooSlow(measureChallenge(challenge, [], 3))).toBe(false);
});

test('the same look sent twice counts once', () => {
  const take = (name: string): CommittedFrame => ({ digest: name, looks: Array(8).fill(`${name} look`) });
  expect(failingOf(run([900, 900, 900], null, take))).toEqual(['looks_missing']);
});

test.each([
  [8000, []],
  [8001, ['slowest_frame']],
])('a movement that takes %i ms fails the signals %j', (slowestMs, failing) => {
  expect(failingOf(run([900, slowestMs, 900]))).toEqual(failing);
});

test.each<[string, number, number, readonly string[]]>([
  ['the shortest allowed times pass', 400, 300, []],
  ['a movement faster than a human can read and perform fails', 399, 300, ['quickest_frame']],
  ['a light shown for less time than the page can show it fails', 400, 299, ['quickest_light']],
])('time limits with light: %s', (_, turnMs, restMs, failing) => {
  const firstOfPose = [4, 6];
  const times = Array.from({ length: 10 }, (_time, at) => (firstOfPose.includes(at) ? turnMs : restMs));
  expect(failingOf(run(times, 'down'))).toEqual(failing);
});

test('with light, the first picture has a time limit too, because the first light is random', () => {
  expect(failingOf(run([8001, ...Array(9).fill(900)], 'across'))).toEqual(['slowest_frame']);
});

test.each([null, 'down'] as const)(
  'frames that were never committed have finite measurements and fail, with the axis %s',
  (axis) => {
    const clock = { now: () => epochMs(1000) };
    const measured = measureChallenge(
      newChallenge(new Credential('nonce'), { axis, turns: 2 }, { clock, random: randomBytes }),
      [],
      0,
    );
    expect(measured.every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(measured.filter(({ pass }) => !pass).map(({ name }) => name)).toContain('frames_as_committed');
  },
);
