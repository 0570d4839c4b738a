import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { isWiped } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { createSimulatedEngine, drawPhoto, drawWall } from '../../../support/fakes/simulated-engine.js';
import type { AnalysisCache } from '../../core/ports.js';
import { Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { createAnalysisCache, type Engine, examineOnce, type FaceAnalysis, type Signal } from './engine.js';

/** What is seen of shared photos, and an engine that remembers what it was asked and gave out. */
function setUp() {
  const simulated = createSimulatedEngine();
  const asked: (readonly Signal[])[] = [];
  const given: FaceAnalysis[] = [];
  const engine: Engine = {
    ...simulated,
    async examine(photo, signals) {
      asked.push(signals);
      await new Promise((go) => setImmediate(go));
      const examination = await simulated.examine(photo, signals, testShare);
      given.push(examination);
      return examination;
    },
  };
  return {
    engine,
    asked,
    given,
    sight: createAnalysisCache({
      engine,
      signals: { frame: ['embedding', 'liveness'], ahead: [], look: [], photo: [] },
      checkFrame: () => {},
    }),
  };
}

async function withHeld<T>(
  sight: AnalysisCache,
  photos: readonly Photo[],
  work: (held: readonly Photo[]) => Promise<T>,
) {
  const held = sight.hold(photos, 'frame', testShare);
  try {
    return await work(held.photos);
  } finally {
    await held.release();
  }
}

const isZero = ({ embedding }: FaceAnalysis): boolean =>
  embedding?.use((values) => values.every((value) => value === 0)) ?? false;

test('a shared photo is examined once for all signals, and each caller gets its own copy of the embedding', async () => {
  const { engine, asked, given, sight } = setUp();
  const photos = [drawPhoto('Ada', 1), drawPhoto('Bob', 1)];
  await withHeld(sight, photos, async ([ada, bob]) => {
    const [judged, verified] = await Promise.all([
      examineOnce(engine, ada!, ['liveness'], testShare),
      examineOnce(engine, ada!, ['embedding'], testShare),
    ]);
    expect(judged).toEqual(verified);
    judged.embedding!.wipe();
    expect([isZero(judged), isZero(verified)]).toEqual([true, false]);
    expect(isZero(await examineOnce(engine, ada!, ['embedding'], testShare))).toBe(false);
    await examineOnce(engine, bob!, ['embedding'], testShare);
  });
  expect(asked).toEqual([
    ['embedding', 'liveness'],
    ['embedding', 'liveness'],
  ]);
  expect(given.map(isZero)).toEqual([true, true]);
  expect(photos.map(isWiped)).toEqual([false, false]);
});

test('a refusal of a shared photo reaches all callers and costs one examination', async () => {
  const { engine, asked, sight } = setUp();
  const outcomes = withHeld(sight, [drawWall()], ([wall]) =>
    Promise.allSettled([wall!, wall!].map((photo) => examineOnce(engine, photo, ['embedding'], testShare))),
  );
  const refused = { status: 'rejected', reason: new FaceError('face_none') };
  expect(await outcomes).toEqual([refused, refused]);
  expect(asked).toHaveLength(1);
});

test('if the work fails, embeddings of finished and running examinations are zeroed and later examinations refused', async () => {
  const { engine, asked, given, sight } = setUp();
  const held: Photo[] = [];
  const inWork: Promise<FaceAnalysis>[] = [];
  const failed = withHeld(sight, [drawPhoto('Ada', 1)], async ([ada]) => {
    held.push(ada!);
    inWork.push(examineOnce(engine, ada!, ['embedding'], testShare));
    throw new FaceError('locked_out');
  });
  await expect(failed).rejects.toMatchObject({ code: 'locked_out' });
  expect(given.map(isZero)).toEqual([true]);
  // Who had asked in time has what they asked for, and overwrites it.
  expect(isZero(await inWork[0]!)).toBe(false);
  await expect(examineOnce(engine, held[0]!, ['embedding'], testShare)).rejects.toMatchObject({ code: 'internal' });
  expect(asked).toHaveLength(1);
});

test('usable photos are those that are not refused, the one with the clearest eyes first', async () => {
  const simulated = createSimulatedEngine();
  const examine: Engine['examine'] = async (photo, signals, share) => {
    const shot = photo.use((bytes) => Number(Buffer.from(bytes).toString().split(' ')[2]));
    return { ...(await simulated.examine(photo, signals, share)), eyesOpen: shot / 10 };
  };
  const sight = createAnalysisCache({
    engine: { ...simulated, examine },
    signals: { frame: [], ahead: [], look: [], photo: [] },
    checkFrame: () => {},
  });
  const given = [drawPhoto('Ada', 3), drawWall(), drawPhoto('Ada', 8)];
  const { photos, usable, release } = sight.hold(given, 'ahead', testShare);
  expect(await usable()).toEqual([photos[2], photos[0]]);
  await release();
});

test('a shared photo prints only its class name', async () => {
  const { engine, sight } = setUp();
  await withHeld(sight, [drawPhoto('Ada', 1)], async ([ada]) => {
    const examined = await examineOnce(engine, ada!, ['embedding'], testShare);
    expect(ada).toBeInstanceOf(Photo);
    expect([`${ada}`, JSON.stringify(ada), inspect(ada, { showHidden: true, depth: 9 })]).toEqual([
      '[Photo]',
      '"[Photo]"',
      '[Photo]',
    ]);
    expect(Object.keys(ada!)).toEqual(['encrypted', 'label']);
    examined.embedding!.wipe();
  });
});
