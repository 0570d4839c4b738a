import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import type { SessionHeaders } from '../../test/console.js';
import { defaultPolicy } from '../../test/core.js';
import { consoleWithSignIn, signInAs } from '../../test/developers.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';

/* `facestep applications requests`, against a running server. */

const work: Connection = {
  ...{ id: 'work', kind: 'memory', policy: defaultPolicy, profile: createMemoryProfile([]), openStepUpRequest: null },
};

let server: ApiServer;
let grace: SessionHeaders;
beforeAll(async () => {
  server = await startApiServer({
    ...{ verifier: createTestVerifier(), connections: new Map([['work', work]]), console: consoleWithSignIn },
  });
  grace = await signInAs(server, 'sub-grace', { login: 'grace' });
});
afterAll(() => server.stop());

const run = (...args: string[]) => administer(server, ['applications', 'requests', ...args]);

async function handIn(purpose: string): Promise<string> {
  const wish = {
    ...{ name: 'payslips', purpose, scopes: ['verify'], connection: 'work', perMinute: 10, perDay: 100 },
    redirectUris: ['https://pay.example.com/cb'],
  };
  const { request } = (await server.postJson('/developer/requests', wish, grace)).body as { request: { id: string } };
  await server.postJson(`/developer/requests/${request.id}/submit`, { termsVersion: 0 }, grace);
  return request.id;
}

const readState = async (id: string) =>
  (
    (await server.send('GET', `/developer/requests/${id}`, { headers: grace })).body as {
      request: { state: string };
    }
  ).request.state;

test('requests are listed, shown, asked back about, approved as they were read, and refused', async () => {
  const id = await handIn('Opens payslips.\nFor their owner.');
  expect((await run('list')).printed).toEqual([
    expect.stringMatching(/^id +state +name +by +scopes +a minute +a day +changed$/),
    expect.stringMatching(new RegExp(`^${id} +submitted +payslips +grace \\(login.example.com\\) +verify +10 +100 `)),
  ]);
  const shown = (await run('show', id)).printed;
  expect(shown).toEqual(
    expect.arrayContaining(['state       submitted', 'redirect    https://pay.example.com/cb', '  For their owner.']),
  );
  const changed = shown.find((line) => line.startsWith('changed'))!.slice(12);
  await run('ask-back', id, '--message', 'Why?');
  expect(await readState(id)).toBe('asked_back');
  await server.postJson(`/developer/requests/${id}/submit`, { termsVersion: 0, message: 'As I said.' }, grace);
  server.clock.advanceSec(1);
  await server.postJson(`/developer/requests/${id}/message`, { text: 'One more thing.' }, grace);
  await expect(run('approve', id, '--changed', changed)).rejects.toMatchObject({ code: 'request_state' });
  const { changedAt } = JSON.parse((await run('show', id, '--json')).printed.join('\n'));
  const { printed } = await run('approve', id, '--changed', changedAt);
  expect(JSON.parse(printed.join('\n'))).toMatchObject({ redirectUris: ['https://pay.example.com/cb'] });
  expect(await readState(id)).toBe('approved');
  const other = await handIn('Another.');
  await run('refuse', other, '--message', 'No.');
  expect((await run('list', '--state', 'refused')).printed).toHaveLength(2);
  await expect(run('refuse', other, '--message', 'No.')).rejects.toMatchObject({ code: 'request_state' });
});
