import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAuditDeps } from '../../support/benches/audit.js';
import { startCapture, who } from '../../support/benches/capture-bench.js';
import { plainRequest } from '../../support/benches/core.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { type ApiServer, toForm } from '../../support/servers/api-server.js';
import { readEvents } from '../audit/events.js';
import { createFileAudit, type Trail } from '../audit/file.js';
import type { StoredFlow } from '../step-up/flow.js';
import { type CheckStart, startStepUp } from '../step-up/step-up.js';
import { changeRecord } from '../step-up/stored.js';
import { auditEvents } from './audit-events.js';
import { createExpiryWatch } from './expiry-watch.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };
let trail: Trail;
beforeEach(async () => {
  ({ server, auth } = await startCapture());
  const file = join(createFolder('expired'), 'audit.jsonl');
  trail = await createFileAudit(createAuditDeps({ file, clock: server.clock, log: createTextLog() }));
});
afterEach(() => trail.close());

async function start(more: Partial<CheckStart> = {}, flow: StoredFlow = plainRequest): Promise<string> {
  const connection = server.deps.connections.get('acme')!;
  return (await startStepUp({ connection, subject: '00u1', ...more }, flow, { ...server.deps, audit: trail })).id;
}
const calling = (reference: string) => ({ kind: 'caller', reference, proof: null });
/** Starts the job, as a server does that starts now. */
const watch = async (reportsChecks = true, core = () => server.deps) => {
  const { sequence: begunAfter } = await trail.sync();
  return createExpiryWatch({ ...server.deps, core, reportsChecks, auditEvents, audit: trail, trail, begunAfter });
};
async function recorded() {
  const found: object[] = [];
  for await (const { detail } of readEvents(trail.file, ['step_up_expired'], auditEvents, {})) found.push(detail);
  return found;
}
const anonymous = { kind: 'anonymous', source: '192.0.2.1' } as const;

test('a step-up that no one finishes is recorded once, half a minute after its expiry, and so is that of a ticket', async () => {
  const { run } = await watch();
  const plain = await start({ application: 'https://shop.example.com' });
  const ofTicket = await start({ assurance: anonymous }, calling('HELP-4711'));
  await start({ assurance: anonymous });
  await start({ purpose: 'enrol', lifeSec: 600 });
  const canceled = await start();
  await run();
  await changeRecord(canceled, (record) => ({ ...record, state: 'abandoned' }), server.deps);
  server.clock.advanceSec(601);
  await run();
  expect(await recorded()).toEqual([]);
  server.clock.advanceSec(30);
  await run();
  const expected = [
    { stepUpId: plain, application: 'shop.example.com' },
    { stepUpId: ofTicket, reference: 'HELP-4711', anonymous: true },
  ];
  expect(await recorded()).toEqual(expected);
  await run();
  await (await watch()).run();
  expect(await recorded()).toEqual(expected);
});

test('a step-up that started before a restart is recorded after it', async () => {
  const { run } = await watch();
  const id = await start();
  await run();
  const afterRestart = (await watch()).run;
  server.clock.advanceSec(631);
  await afterRestart();
  expect(await recorded()).toEqual([{ stepUpId: id }]);
});

test('a step-up of a server that stopped is recorded once, by another server or after the restart', async () => {
  const { run, handOver } = await watch();
  const before = await start();
  await run();
  const last = await start();
  await handOver();
  const others = [await watch(), await watch()];
  await Promise.all(others.map((other) => other.run()));
  server.clock.advanceSec(631);
  for (const other of others) await other.run();
  expect(await recorded()).toEqual([{ stepUpId: before }, { stepUpId: last }]);
});

test('a step-up with a token of the caller, which is deleted when it expires, is recorded', async () => {
  const { body: enrolled } = await server.postForm('/generate', toForm({ photo: drawPicture('ada', 1) }), auth);
  const asked = { token: String(enrolled.token), subject: 'ada', audience: 'https://shop.example.com' };
  const { body } = await server.postJson('/step-ups', asked, auth);
  const { run } = await watch();
  const detail = { stepUpId: String(body.id), purpose: 'verify' };
  await trail.append({ action: 'step_up_started', ...who, detail });
  await run();
  server.clock.advanceSec(631);
  await run();
  expect(await recorded()).toEqual([{ stepUpId: body.id, application: 'shop.example.com' }]);
});

test('without a webhook, it begins when a connection gets a liveness vendor', async () => {
  let { connections } = server.deps;
  const { run } = await watch(false, () => ({ ...server.deps, connections }));
  const id = await start();
  await run();
  const acme = connections.get('acme')!;
  const liveness = { vendor: 'aws', confidence: 90, fallback: 'none' } as const;
  connections = new Map([['acme', { ...acme, policy: { ...acme.policy, liveness } }]]);
  server.clock.advanceSec(631);
  await run();
  expect(await recorded()).toEqual([{ stepUpId: id }]);
});
