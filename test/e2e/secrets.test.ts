import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { Photo } from '../../src/core/secrets.js';
import { createEnginePool } from '../../src/face/engine/pool.js';
import { findLeaks } from '../../support/data/leaks.js';
import { testShare } from '../../support/data/share.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';
import { toForm } from '../../support/servers/api-server.js';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/servers/otlp.js';
import { createProcessDeps } from '../contract/bench.js';

/*
 * No secret and no face in anything the server writes. One whole journey, with all that can go wrong on the way, then a
 * search through everything it left behind.
 */

const top = createFolder('secrets');
let okta: OktaSimulator;
let receiver: OtlpReceiver;
let service: Service | null = null;
beforeEach(async () => {
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await service?.stop();
  await okta.close();
});

const json = { 'content-type': 'application/json' };

/** Chosen by us; the rest comes from the server on the way. */
const chosen = {
  adminKey: 'fsa_canary-of-the-administrator',
  hookSecret: 'canary of the hook',
  tracesAuthorization: 'Bearer canary-of-the-traces',
  password: 'canary of the user',
  pin: '583920471652',
  inBrokenJson: 'canary-in-broken-json',
  inAddress: 'canary-in-an-address',
  inHook: 'canary-in-a-hook-body',
  email: 'canary.of.nobody@example.com',
};

async function embed(photo: Uint8Array): Promise<Uint8Array> {
  const engine = await createEnginePool({ modelsFolder, workers: 1, queueLimit: 1 });
  const { embedding } = await engine.examine(new Photo(Uint8Array.from(photo)), ['embedding'], testShare);
  await engine.close();
  return embedding!.use((values) =>
    Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}

test('no secret, photo, embedding or token reaches any log or store in a complete journey', async () => {
  const pictures = await loadPictures();
  const [photo, laterPhoto] = pictures.person;
  const data = join(top, 'data');
  const logFile = join(top, 'log');
  const connection = {
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'off', userSecret: 'pin' },
    okta: okta.toSettings(chosen.hookSecret),
  };
  const config = join(top, 'facestep.json');
  writeFileSync(
    config,
    JSON.stringify({
      modelsFolder,
      publicUrl: 'https://face.example.com',
      adminKey: chosen.adminKey,
      connections: [connection],
      verifier: { kind: 'embedded', workers: 1 },
      contactCodes: { countries: ['1'] },
      telemetry: {
        metrics: { port: 0 },
        traces: { url: receiver.url, authorization: chosen.tracesAuthorization, sampleRatio: 1 },
      },
    }),
  );
  service = await startService({ PORT: '0', FACESTEP_DATA: data, FACESTEP_CONFIG: config }, logFile);
  const { url, said, stop } = service;
  const { steps } = createOktaProvisioning({
    settings: createOktaConnectionGuard([]).parse(connection),
    publicUrl: url,
    ...createProcessDeps(),
  });
  for (const { inspect, apply } of steps) if ((await inspect()).state === 'missing') await apply();
  const subject = await okta.createUser({ login: 'ada@example.com', password: 'correct horse' });

  const refusals: string[] = [];
  const call = async (path: string, headers: Record<string, string>, body: FormData | string) => {
    const response = await fetch(url + path, { method: 'POST', headers, body });
    const text = await response.text();
    if (!response.ok || path.startsWith('/hooks/')) refusals.push(text);
    const reply = z.record(z.string(), z.json()).parse(text === '' ? {} : JSON.parse(text));
    return { status: response.status, text: (name: string) => z.string().parse(reply[name]) };
  };
  const expectStatus = async (status: number, ...request: Parameters<typeof call>) => {
    const answer = await call(...request);
    expect({ path: request[0], status: answer.status }).toEqual({ path: request[0], status });
    return answer;
  };

  const admin = { ...json, 'x-admin-key': chosen.adminKey };
  const clientToken = (
    await expectStatus(200, '/generateToken', admin, '{"name":"test","scopes":["enrol","verify","score"]}')
  ).text('token');
  const client = { 'x-auth-token': clientToken };
  const { password } = chosen;
  const token = (await expectStatus(200, '/generate', client, toForm({ photo, password }))).text('token');
  await expectStatus(200, '/authenticate', client, toForm({ token, photo: laterPhoto, password }));
  await expectStatus(200, '/authenticate-score', client, toForm({ token, photo: laterPhoto, password }));
  const base64 = Buffer.from(photo).toString('base64');
  await expectStatus(200, '/authenticate', { ...json, ...client }, JSON.stringify({ token, photo: base64, password }));
  const contacts = { email: chosen.email, phone: '+15005550006' };
  await call('/v2/new-credentials', { ...json, ...client }, JSON.stringify(contacts));

  const consent = { consentStatement: 'test', consentGivenAt: new Date().toISOString() };
  const enrolment = { connection: connection.id, subject, ...consent, photo };
  await expectStatus(400, '/enrolments', client, toForm({ ...enrolment, password: '111111' }));
  await expectStatus(201, '/enrolments', client, toForm({ ...enrolment, password: chosen.pin }));
  const profileToken = z.string().parse(okta.org.users.get(subject)?.profile.facestepToken);
  const about = { connection: connection.id, subject, audience: 'https://app.example.com' };
  const startStepUp = () => expectStatus(201, '/step-ups', { ...json, ...client }, JSON.stringify(about));
  const stepUp = await startStepUp();
  const challenge = stepUp.text('challenge');
  const photosPath = `/step-ups/${stepUp.text('id')}/photos`;
  await expectStatus(404, photosPath, {}, toForm({ challenge: `${challenge}x`, photo: laterPhoto }));
  const answer = { challenge, photo: laterPhoto, password: chosen.pin };
  const receipt = (await expectStatus(200, photosPath, {}, toForm(answer))).text('receipt');
  await expectStatus(409, photosPath, {}, toForm(answer));
  const ticket = new URL((await startStepUp()).text('url')).hash.slice(1);
  const session = (await expectStatus(201, '/face/open', json, JSON.stringify({ ticket }))).text('session');
  const page = { ...json, authorization: `Bearer ${session}` };
  await expectStatus(200, '/face/consent', page, '{"version":"consent-1","language":"en"}');
  await expectStatus(409, '/face/open', json, JSON.stringify({ ticket }));

  const hookBody = JSON.parse(readFileSync(join(projectRoot, 'adapters/okta/fixtures/token-refresh.json'), 'utf8'));
  const event = JSON.stringify({ ...hookBody, eventTime: new Date().toISOString(), more: chosen.inHook });
  await call('/hooks/workforce/token', { ...json, authorization: chosen.hookSecret }, event);
  await call('/hooks/workforce/token', { ...json, authorization: `${chosen.hookSecret}x` }, event);
  await call('/hooks/workforce/token', { ...json, authorization: chosen.hookSecret }, event.slice(0, -9));

  await expectStatus(
    400,
    '/authenticate',
    { ...json, ...client },
    `{"password":"${chosen.inBrokenJson}","token":"${token}`,
  );
  await expectStatus(404, `/${token}/${chosen.inAddress}?photo=${base64.slice(0, 4000)}`, client, '{}');
  await expectStatus(401, '/generate', { ...json, 'x-auth-token': `${clientToken}x` }, '{}');
  await expectStatus(401, '/generateToken', { ...json, 'x-admin-key': `${chosen.adminKey}x` }, '{"name":"test"}');
  await expectStatus(400, '/authenticate', client, toForm({ token: `${token}x`, photo, password }));
  await expectStatus(400, '/generate', client, toForm({ photo: photo.subarray(0, 3_000), password }));
  await expectStatus(400, '/generate', client, toForm({ photo: pictures.group, [chosen.inAddress]: password }));
  await okta.close();
  await expectStatus(502, '/enrolments', client, toForm({ ...enrolment, password: chosen.pin }));

  const metricsUrl = said.map((line) => /Metrics: (\S+)/.exec(line)?.[1]).find((url) => url !== undefined);
  const metrics = await (await fetch(z.string().parse(metricsUrl))).text();
  expect(metrics).not.toMatch(/^facestep_last_backup_timestamp_seconds/m);
  expect(metrics).toMatch(/^facestep_key_rotation_due_timestamp_seconds\{key="Version 1 of the sealing key"\} \d/m);
  await stop();
  for (const name of ['.', ...readdirSync(data)])
    expect([name, statSync(join(data, name)).mode & 0o077]).toEqual([name, 0]);

  const sinks = {
    ...Object.fromEntries(readdirSync(data).map((name) => [name, readFileSync(join(data, name))])),
    log: readFileSync(logFile),
    terminal: Buffer.from(said.join('\n')),
    metrics: Buffer.from(metrics),
    traces: Buffer.from(receiver.text()),
    refusals: Buffer.from(refusals.join('\n')),
  };
  const bytesOf = new Map(Object.entries(sinks).map(([name, written]) => [name, written.length]));
  for (const name of ['log', 'terminal', 'metrics', 'traces', 'refusals', 'state.db', 'audit.jsonl', 'outbox.jsonl'])
    expect([name, bytesOf.get(name) ?? 0]).not.toEqual([name, 0]);
  for (const route of ['/generate', '/step-ups/:id/photos', '/hooks/:connection/:hook', '/enrolments'])
    for (const sink of ['log', 'metrics', 'traces'] as const) expect(sinks[sink].includes(route)).toBe(true);
  expect(sinks.log.includes('profile_unavailable')).toBe(true);

  const { email, ...secrets } = chosen;
  const issued = { clientToken, token, profileToken, challenge, ticket, session, apiToken: okta.apiToken };
  const faces = { photo, laterPhoto, embedding: await embed(photo) };
  expect(findLeaks({ ...secrets, ...issued, ...faces }, sinks)).toEqual([]);
  // The receipt waits in the state store for the backend that asks how its step-up ended, and the outbox is to be read.
  const told = Object.entries(sinks).filter(([name]) => !/^(state|outbox)/.test(name));
  // Its header is that of other statements.
  const [, , signature = ''] = receipt.split('.');
  expect(findLeaks({ receipt: signature, email }, Object.fromEntries(told))).toEqual([]);
});
