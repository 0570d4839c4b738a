import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Credential } from '../core/secrets.js';
import { epochMs } from '../core/units.js';
import { commitFrameDigest, drawMovements, measureChallenge, newChallenge, nextOf } from './movement-challenge.js';

test('each challenge is centre, three different turns, centre; each of the 24 orders is equally likely', () => {
  const draws = 24_000;
  const seen = new Map<string, number>();
  for (let draw = 0; draw < draws; draw += 1) {
    const row = drawMovements(randomBytes);
    expect([row.length, row[0], row[4]]).toEqual([5, 'centre', 'centre']);
    expect(new Set(row).size).toBe(4);
    const name = row.slice(1, 4).join(' ');
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  expect(seen.size).toBe(24);
  // 1,000 expected of each; a fair draw is off by 200 (over six deviations) once in a hundred million rows.
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

test('random bytes that would bias the movements are rejected', () => {
  const bytes = [0, 255, 255, 3, 0];
  const row = drawMovements(() => Uint8Array.of(bytes.shift() ?? 0));
  expect(row).toEqual(['centre', 'left', 'right', 'up', 'centre']);
});

test('a challenge reveals one movement at a time, and measures each from its reveal; the first may take its time', () => {
  const times = [1000, 13_000, 14_100, 15_200, 16_100, 20_100].map(epochMs);
  let at = 0;
  const clock = { now: () => times[at]! };
  let challenge = newChallenge(new Credential('nonce'), null, { clock, random: randomBytes });
  expect(nextOf(challenge)).toEqual({ index: 0, of: 5, movement: 'centre', light: null });
  for (at = 1; at <= 5; at += 1) challenge = commitFrameDigest(challenge, `digest ${at}`, clock.now());
  expect(nextOf(challenge)).toBeNull();
  expect(challenge.frames.map(({ afterMs }) => afterMs)).toEqual([12_000, 1100, 1100, 900, 4000]);
  expect(() => commitFrameDigest(challenge, 'one more', clock.now())).toThrow('challenge');
  const digests = challenge.frames.map(({ digest }) => digest);
  expect(measureChallenge(challenge, digests, 5).every(({ pass }) => pass)).toBe(true);
  const failing = measureChallenge(challenge, digests.toReversed(), 4).filter(({ pass }) => !pass);
  expect(failing.map(({ name, value }) => [name, value])).toEqual([
    ['frames_as_committed', 1],
    ['frames_never_seen', 4],
  ]);
});

test.each([
  [8000, []],
  [8001, ['slowest_frame']],
])('a movement that takes %i ms fails the signals %j', (slowestMs, failing) => {
  let now = epochMs(1000);
  const clock = { now: () => now };
  let challenge = newChallenge(new Credential('nonce'), null, { clock, random: randomBytes });
  for (const ms of [900, 900, slowestMs, 900, 900]) {
    now = epochMs(now + ms);
    challenge = commitFrameDigest(challenge, `digest ${now}`, now);
  }
  const measured = measureChallenge(
    challenge,
    challenge.frames.map(({ digest }) => digest),
    5,
  );
  expect(measured.filter(({ pass }) => !pass).map(({ name }) => name)).toEqual(failing);
});

test.each<[string, number, number, readonly string[]]>([
  ['the shortest allowed times pass', 400, 300, []],
  ['a movement faster than a human can read and perform fails', 399, 300, ['quickest_frame']],
  ['a light shown for less time than the page can show it fails', 400, 299, ['quickest_light']],
])('time limits with light: %s', (_, turnMs, restMs, failing) => {
  let now = epochMs(1000);
  const clock = { now: () => now };
  let challenge = newChallenge(new Credential('nonce'), 'down', { clock, random: randomBytes });
  const firstOfPose = [4, 6, 8, 10];
  for (let at = 0; at < 12; at += 1) {
    now = epochMs(now + (firstOfPose.includes(at) ? turnMs : restMs));
    challenge = commitFrameDigest(challenge, `digest ${at}`, now);
  }
  const digests = challenge.frames.map(({ digest }) => digest);
  const measured = measureChallenge(challenge, digests, 12);
  expect(measured.filter(({ pass }) => !pass).map(({ name }) => name)).toEqual(failing);
});

test('with light, the first picture has a time limit too, because the first light is random', () => {
  let now = epochMs(1000);
  const clock = { now: () => now };
  let challenge = newChallenge(new Credential('nonce'), 'across', { clock, random: randomBytes });
  for (let at = 0; at < 12; at += 1) {
    now = epochMs(now + (at === 0 ? 8001 : 900));
    challenge = commitFrameDigest(challenge, `digest ${at}`, now);
  }
  const digests = challenge.frames.map(({ digest }) => digest);
  const failing = measureChallenge(challenge, digests, 12).filter(({ pass }) => !pass);
  expect(failing.map(({ name }) => name)).toEqual(['slowest_frame']);
});

test.each([null, 'down'] as const)(
  'frames that were never committed have finite measurements and fail, with the axis %s',
  (axis) => {
    const clock = { now: () => epochMs(1000) };
    const measured = measureChallenge(
      newChallenge(new Credential('nonce'), axis, { clock, random: randomBytes }),
      [],
      0,
    );
    expect(measured.every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(measured.filter(({ pass }) => !pass).map(({ name }) => name)).toContain('frames_as_committed');
  },
);
