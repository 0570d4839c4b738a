import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { draw as drawPerson, startCapture } from '../../../support/benches/capture-bench.js';
import { openStarted } from '../../../support/benches/capture-page.js';
import { createTestSight, createTestVerifier } from '../../../support/fakes/embedded.js';
import { createOneWorkerEngine } from '../../../support/fakes/one-worker-engine.js';
import { createSimulatedJudge } from '../../../support/fakes/simulated-judge.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import { FaceError } from '../../errors.js';

/* Pictures that turn out to be unusable cost the engine time: it is charged to the caller, who is refused once it is used up. */

let server: ApiServer;
let work: ReturnType<typeof createOneWorkerEngine>;
/** What the engine says that a refused picture took. */
let costMs = 0;
/** True if the machine is too slow to decode. */
let isSlow = false;

async function start(): Promise<void> {
  costMs = 0;
  isSlow = false;
  const gate = async () => {
    if (isSlow) throw new FaceError('overloaded');
  };
  work = createOneWorkerEngine({ costMs: () => costMs, gate });
  const { engine } = work;
  // 200 s into a window of ten minutes, which none of these tests outlasts.
  const given = {
    startMs: 1_790_000_000_000,
    verifier: createTestVerifier(engine),
    judge: createSimulatedJudge(engine),
  };
  ({ server } = await startCapture({ referencePhoto: true }, { ...given, analysisCache: createTestSight(engine) }));
}

interface Caller {
  /** `null`: the person passed the first factor. */
  readonly source: string | null;
  readonly subject?: string;
  readonly purpose?: 'verify' | 'enrol';
}

async function open({ source, subject = '00u1', purpose = 'verify' }: Caller) {
  const assurance = source === null ? ({ kind: 'vouched' } as const) : ({ kind: 'anonymous', source } as const);
  const { page } = await openStarted(server, { subject, assurance, purpose });
  await page.consent();
  return page;
}

const wall = (): Uint8Array => Buffer.from(`wall ${randomUUID()}`);
const draw = drawPerson('ada');

/** @returns what came back, and the pictures that the engine examined for it. */
async function send(page: Awaited<ReturnType<typeof open>>, picture: (movement: string) => Uint8Array) {
  work.begun.splice(0);
  const { status, body } = await page.check(picture);
  return [status, body.outcome ?? body.code, work.begun.length];
}

test('a step-up whose unusable photos cost 5 s is refused without another examination', async () => {
  await start();
  costMs = 2_500;
  const page = await open({ source: '192.0.2.1' });
  for (let n = 0; n < 2; n += 1) expect(await send(page, wall)).toEqual([200, 'try_again', 1]);
  expect(await send(page, draw)).toEqual([429, 'locked_out', 0]);
  expect(await send(await open({ source: '192.0.2.1' }), wall)).toEqual([200, 'try_again', 1]);
  server.clock.advanceSec(600);
  expect((await send(await open({ source: '192.0.2.1' }), wall))[1]).toBe('try_again');
});

test('an anonymous source that has cost 20 s is refused in all step-ups; other callers are not', async () => {
  await start();
  costMs = 4_000;
  for (let n = 0; n < 5; n += 1)
    expect(await send(await open({ source: '192.0.2.1' }), wall)).toEqual([200, 'try_again', 1]);
  expect(await send(await open({ source: '192.0.2.1', subject: '00u2' }), draw)).toEqual([429, 'locked_out', 0]);
  expect((await send(await open({ source: '192.0.2.2' }), wall))[1]).toBe('try_again');
  expect((await send(await open({ source: null }), wall))[1]).toBe('try_again');
});

test('an authenticated user has a budget of 5 s for all step-ups, which other callers cannot spend', async () => {
  await start();
  costMs = 5_000;
  expect((await send(await open({ source: '192.0.2.1' }), wall))[1]).toBe('try_again');
  expect((await send(await open({ source: null }), wall))[1]).toBe('try_again');
  expect(await send(await open({ source: null }), draw)).toEqual([429, 'locked_out', 0]);
  expect((await send(await open({ source: null, subject: '00u2' }), wall))[1]).toBe('try_again');
});

test('usable photos are not charged to the budget', async () => {
  await start();
  costMs = 5_000;
  const page = await open({ source: '192.0.2.1' });
  for (let n = 0; n < 2; n += 1) expect(await send(page, draw)).toEqual([200, 'try_again', 18]);
});

test.each([
  ['an anonymous source', '192.0.2.1', [429, 'locked_out']],
  ['nothing to an authenticated user', null, [200, 'try_again']],
] as const)('pictures that a slow machine could not decode are charged to %s', async (_, source, then) => {
  await start();
  costMs = 5_000;
  const page = await open({ source });
  isSlow = true;
  expect((await send(page, draw)).slice(0, 2)).toEqual([503, 'overloaded']);
  isSlow = false;
  expect((await send(page, draw)).slice(0, 2)).toEqual(then);
});

test('checks that a busy server refused use up few of the checks of an authenticated user', async () => {
  await start();
  isSlow = true;
  for (let n = 0; n < 10; n += 1) expect((await send(await open({ source: null }), draw))[0]).toBe(503);
  isSlow = false;
  expect((await send(await open({ source: null }), draw))[1]).toBe('try_again');
});
