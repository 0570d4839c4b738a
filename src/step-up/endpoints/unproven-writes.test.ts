import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { draw, startCapture } from '../../../support/benches/capture-bench.js';
import { openStarted } from '../../../support/benches/capture-page.js';
import { createTestSight, createTestVerifier } from '../../../support/fakes/embedded.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { AnalysisCache, State } from '../../core/ports.js';
import { checkFrame } from '../../face/engine/picture-header.js';

/* What callers who have proved nothing, or only a password, write: records of the store and lines of the audit trail. */

let server: ApiServer;
/** Keys that the store was given, without those of counters. */
let written: Set<string>;

const noteWrites = (state: State): State => ({
  ...state,
  async write(key, value, options) {
    written.add(key);
    return state.write(key, value, options);
  },
});

/** Reads the header of bytes that are no simulated picture. */
function checkHeader(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.startsWith('face ') && text !== 'wall') checkFrame(bytes);
}

beforeEach(async () => {
  written = new Set();
  const engine = createSimulatedEngine();
  const analysisCache: AnalysisCache = { ...createTestSight(engine), checkFrame: (photo) => photo.use(checkHeader) };
  const given = { startMs: 1_790_000_000_000, verifier: createTestVerifier(engine), toState: noteWrites };
  ({ server } = await startCapture({}, { ...given, analysisCache }));
});

async function open(source: string | null, subject = '00u1') {
  const assurance = source === null ? ({ kind: 'vouched' } as const) : ({ kind: 'anonymous', source } as const);
  const { page } = await openStarted(server, { subject, assurance });
  await page.consent();
  return page;
}

const countActions = (action: string): number => server.audit.events.filter((event) => event.action === action).length;

const frameRecords = (): number => [...written].filter((key) => key.startsWith('frame:')).length;

describe('frames of an anonymous caller', () => {
  test('add no record and do not count as an attempt if they are not pictures, committed or not', async () => {
    const page = await open('192.0.2.1');
    const junk = () => randomBytes(60);
    const { body } = await page.check(junk);
    expect(body).toMatchObject({ outcome: 'try_again', view: { triesLeft: 3 } });
    const { nonce, photos } = await page.takeFrames(junk);
    await page.send({ nonce, photo: photos.map(junk) });
    expect(frameRecords()).toBe(0);
  });

  test('add no record if they differ from the committed frames', async () => {
    const page = await open('192.0.2.1');
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    expect((await page.send({ nonce, photo: photos.map(() => draw('ada')('centre')) })).body.outcome).toBe('try_again');
    expect(frameRecords()).toBe(0);
  });

  test('add one record if they were committed, and a reused frame is detected in a later step-up', async () => {
    const page = await open('192.0.2.1');
    const first = draw('ada')('1');
    await page.check((movement, index, look) => (index + look === 0 ? first : draw('ada')(movement)));
    expect(frameRecords()).toBe(1);
    const other = await open('192.0.2.2', '00u2');
    await other.check((movement, index, look) => (index === 2 && look === 0 ? first : draw('ada')(movement)));
    const judged = server.audit.events.findLast(({ action }) => action === 'liveness_judged');
    expect(judged?.detail).toMatchObject({ reasons: ['frames_never_seen'], signals: [{ value: 2 }] });
  });

  test('add no record and no audit line beyond the limit of checks', async () => {
    const limits = { outsiderChecks: 1 };
    ({ server } = await startCapture(
      {},
      {
        settings: { ...server.deps.settings, limits: { ...server.deps.settings.limits, ...limits } },
        startMs: 1_790_000_000_000,
        toState: noteWrites,
      },
    ));
    written.clear();
    const page = await open('192.0.2.1');
    expect((await page.check(draw('ada'))).body.outcome).toBe('try_again');
    const lines = server.audit.events.length;
    expect((await page.check(draw('ada'))).body.code).toBe('locked_out');
    expect(frameRecords()).toBe(1);
    expect(server.audit.events.length).toBe(lines);
  });
});

describe('audit lines', () => {
  test('record a consent once for each step-up, in any language', async () => {
    const page = await open('192.0.2.1');
    for (const language of ['en', 'de', 'en', 'fr'])
      expect((await page.post('/face/consent', { version: 'consent-1', language })).status).toBe(200);
    expect(countActions('consent_given')).toBe(1);
  });

  test('record at most five of many concurrent consents', async () => {
    const { page } = await openStarted(server, { assurance: { kind: 'anonymous', source: '192.0.2.1' } });
    await Promise.all(Array.from({ length: 40 }, () => page.consent()));
    expect(countActions('consent_given')).toBeLessThanOrEqual(5);
  });

  test('record ten hand-offs of one step-up; later ones are refused', async () => {
    const page = await open(null);
    const answers = [];
    for (let at = 0; at < 12; at += 1) answers.push((await page.post('/face/hand-off')).status);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 201), 429, 429]);
    expect(countActions('handed_off')).toBe(10);
  });
});

describe('challenges without a decision', () => {
  const drawOrders = async (source: string | null, count: number): Promise<(string | undefined)[]> => {
    const codes = [];
    let page = await open(source);
    for (let at = 0; at < count; at += 1) {
      if (at % 10 === 9) page = await open(source);
      const { body } = await page.post('/face/challenge');
      codes.push(body.code as string | undefined);
    }
    return codes;
  };

  test('are limited to twenty per user and hour, over all step-ups', async () => {
    const codes = await drawOrders(null, 21);
    expect(codes.slice(0, 20)).toEqual(Array.from({ length: 20 }));
    expect(codes[20]).toBe('locked_out');
  });

  test('count three each if their looks were drawn, because the page may have left a draw that would not pass', async () => {
    for (let at = 0; at < 6; at += 1) await (await open(null)).takeFrames(draw('ada'));
    expect(await drawOrders(null, 3)).toEqual([undefined, undefined, 'locked_out']);
    server.clock.advanceSec(3600);
    for (let at = 0; at < 4; at += 1) await (await open(null)).check(draw('eve'));
    // Decided checks do not count.
    expect(await drawOrders(null, 20)).toEqual(Array.from({ length: 20 }));
  });

  test('do not count against the user if the caller is anonymous', async () => {
    // A quarter of sixty, and then one of each other network.
    expect((await drawOrders('192.0.2.1', 61)).indexOf('locked_out')).toBe(15);
    expect((await drawOrders('192.0.2.2', 2)).indexOf('locked_out')).toBe(1);
    expect((await (await open(null)).post('/face/challenge')).status).toBe(201);
  });

  test('do not include challenges that end in a decision, which only the lockout counts', async () => {
    for (let at = 0; at < 12; at += 1) {
      const page = await open(null, `00u${at % 3}`);
      await page.check(draw('eve'));
    }
    expect(await drawOrders(null, 20)).not.toContain('locked_out');
  });

  test('do not evict the stored frames of earlier checks', async () => {
    const frame = (movement: string, index: number, look: number) =>
      look === 0 ? Buffer.from(`face ada ${movement}:${index} 0.9`) : draw('ada')(movement);
    const page = await open(null);
    await page.check(frame);
    const kept = async () => JSON.stringify((await server.deps.state.read('frames-seen:acme:00u1'))?.value);
    const before = await kept();
    const faceless = (movement: string, index: number) => (index === 0 ? Buffer.from('wall') : draw('ada')(movement));
    for (let at = 0; at < 6; at += 1) await page.check(faceless);
    expect(before).toMatch(/frames/);
    expect(await kept()).toBe(before);
  });
});
