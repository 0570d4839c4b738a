import { afterEach, expect, test } from '@jest/globals';
import { draw, startCapture } from '../../../support/benches/capture-bench.js';
import { type openPage, openStarted } from '../../../support/benches/capture-page.js';
import { createTestSight, createTestVerifier, drawPicture } from '../../../support/fakes/embedded.js';
import { createOneWorkerEngine } from '../../../support/fakes/one-worker-engine.js';
import { createSimulatedJudge } from '../../../support/fakes/simulated-judge.js';
import { until } from '../../../support/run/eventually.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';

/* Anonymous capture pages and a known caller at one server whose engine has one worker. */

let server: ApiServer;
/** Jobs that the worker holds until the test lets them go. */
const held: (() => void)[] = [];
let isOpen = false;
const letAllGo = (): void => {
  isOpen = true;
  held.shift()?.();
};
afterEach(letAllGo);

test('while anonymous pages fill the queue, an authenticated caller waits for at most one running job and is never refused as overloaded', async () => {
  const gate = (): Promise<void> =>
    isOpen ? Promise.resolve() : new Promise((resolve) => void held.push(() => resolve()));
  const { engine, begun, counts } = createOneWorkerEngine({ queueLimit: 10, gate });
  const given = { verifier: createTestVerifier(engine), judge: createSimulatedJudge(engine) };
  const started = await startCapture({}, { ...given, analysisCache: createTestSight(engine) });
  const { auth: token } = started;
  server = started.server;

  const pages = 20;
  const prepared: (() => ReturnType<ReturnType<typeof openPage>['send']>)[] = [];
  // One after another, because they share the clock.
  for (let at = 0; at < pages; at += 1) {
    const { page } = await openStarted(server, { assurance: { kind: 'anonymous', source: `198.51.${at}.1` } });
    await page.consent();
    const { nonce, photos } = await page.takeFrames(draw('ada'));
    prepared.push(() => page.send({ nonce, photo: photos }));
  }
  const sent = prepared.map((send) => send());
  // More than the queue of anonymous callers has room for.
  await until(() => counts.overloaded >= pages - 1 - 10 && held.length === 1).catch(() =>
    console.log(counts, held.length),
  );

  for (let calls = 1; calls <= 3; calls += 1) {
    const { length } = begun;
    const known = server.postForm('/detect', toForm({ photo: drawPicture('bob', calls) }), token);
    await until(() => counts.known === calls);
    held.shift()?.();
    await until(() => held.length === 1);
    expect(begun[length]).toMatchObject({ class: 'known', source: expect.stringMatching(/^client:/) });
    held.shift()?.();
    expect((await known).status).toBe(200);
    await until(() => held.length === 1);
    expect(begun.at(-1)?.class).toBe('anonymous');
  }
  letAllGo();
  const outcomes = (await Promise.all(sent)).map(({ body }) => body.outcome ?? body.code);
  expect(outcomes).toContain('overloaded');
});
