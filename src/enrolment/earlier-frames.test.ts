import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { testShare } from '../../support/data/share.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { type AnalysisCache, type State, sketchBands } from '../core/ports.js';
import { FrameSketch, Photo } from '../core/secrets.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { alikeBands, compareWithEarlier, readEarlierFrames, rememberFrames } from './earlier-frames.js';

const stepsOfBand = 8;
const half = sketchBands * stepsOfBand;
const clock = createManualClock();
let state: State;
let keys: ReturnType<typeof createKeysInMemory>;
let given: FrameSketch[];
beforeEach(() => {
  state = createSqliteState({ file: ':memory:', clock });
  keys = createKeysInMemory(randomBytes(32));
  given = [];
});
afterEach(() => state.close());

const stepsOf = (name: string): Uint8Array =>
  createHash('shake256', { outputLength: half })
    .update(name)
    .digest()
    .map((step) => step % 3);

/** A frame and its mirror image; of the first `changed` bands one step is another. */
function draw(name: string, changed = 0): Photo {
  const steps = stepsOf(name);
  for (let band = 0; band < changed; band += 1) steps[band * stepsOfBand] = 3;
  return new Photo(Buffer.concat([steps, stepsOf(`${name} mirrored`)]));
}
const mirror = (photo: Photo): Photo =>
  photo.use((steps) => new Photo(Buffer.concat([steps.subarray(half), steps.subarray(0, half)])));

const sight: AnalysisCache = {
  checkFrame: () => {},
  hold: (photos) => ({ photos, usable: async () => photos, release: async () => {} }),
  async sketch(photo) {
    const sketch = photo.use((steps) => new FrameSketch(Uint8Array.from(steps)));
    given.push(sketch);
    return sketch;
  },
};

const ada = { connection: 'acme', subject: '00u1' };
const deps = () => ({ state, clock, keys, analysisCache: sight });
/** Compares frames, and by default remembers them. @returns how many of them are unlike earlier ones */
async function countNew(photos: readonly Photo[], { who = ada, remembers = true } = {}) {
  const compared = await compareWithEarlier(who, photos, testShare, deps());
  if (remembers) await rememberFrames(who, compared, deps());
  return compared?.newness.value;
}

test('a frame is a copy of an earlier frame if enough bands agree, also if the frame is mirrored', async () => {
  expect(await countNew([draw('ada'), draw('berta')])).toBe(2);
  expect(await countNew([draw('ada', sketchBands - alikeBands), draw('clara')], { remembers: false })).toBe(1);
  expect(await countNew([draw('ada', sketchBands - alikeBands + 1)], { remembers: false })).toBe(1);
  expect(await countNew([mirror(draw('berta'))], { remembers: false })).toBe(0);
  expect(given.every((sketch) => sketch.use((steps) => steps.every((step) => step === 0)))).toBe(true);
});

test('frames of the same challenge are not compared with each other', async () => {
  expect(await countNew([draw('ada'), draw('ada')])).toBe(2);
});

test('the frames of the last twenty challenges are stored for thirty days', async () => {
  for (let at = 0; at < 21; at += 1) await countNew([draw(`frame ${at}`)]);
  expect(await readEarlierFrames(ada, { state })).toMatchObject({ challenges: 20 });
  const only = { remembers: false };
  expect(await countNew([draw('frame 0'), draw('frame 1'), draw('frame 20')], only)).toBe(1);
  clock.advanceSec(30 * 24 * 60 * 60);
  expect(await countNew([draw('frame 20')], only)).toBe(1);
});

test('frames without a subject are not compared', async () => {
  expect(await countNew([draw('ada')], { who: { ...ada, subject: '' } })).toBeUndefined();
});

test('stored frames are encrypted with a key per user, and retiring the key makes them unreadable', async () => {
  await countNew([draw('ada')]);
  await countNew([draw('ada')], { who: { ...ada, subject: '00u2' } });
  const one = await state.read('frames-seen:acme:00u1');
  const other = await state.read('frames-seen:acme:00u2');
  const framesOf = (found: typeof one) => /"frames":."[\w-]+"/.exec(JSON.stringify(found?.value))?.[0];
  expect(framesOf(one)).toBeDefined();
  expect(framesOf(one)).not.toEqual(framesOf(other));
  keys = createKeysInMemory(null, randomBytes(32));
  expect(await countNew([draw('ada')])).toBe(1);
  expect(await countNew([draw('ada')])).toBe(0);
});
