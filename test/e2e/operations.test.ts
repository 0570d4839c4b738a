import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { runHere } from '../../support/benches/cli.js';
import { unreachedOkta } from '../../support/data/okta-clients.js';
import { copyModels } from '../../support/fakes/models.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { toForm } from '../../support/servers/api-server.js';
import { hasRedis, startRedis } from '../../support/servers/redis.js';

/* How a server is run: readiness, reload, stop. The server is a process of its own, on real models and photos. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const json = { 'content-type': 'application/json' };
const replyGuard = z.record(z.string(), z.json());

const top = createFolder('operations');
let folders = 0;
let folder: string;
let pictures: Pictures;
let service: Service;
beforeEach(async () => {
  folder = join(top, String(++folders));
  pictures ??= await loadPictures();
});
afterEach(() => service?.stop());

const files = () => ({ config: `${folder}.json`, log: `${folder}.log` });
const configure = (settings: object) =>
  writeFileSync(
    files().config,
    JSON.stringify({ modelsFolder, adminKey, verifier: { kind: 'embedded', workers: 1 }, ...settings }),
  );

async function start(settings?: object): Promise<Service> {
  if (settings !== undefined) configure(settings);
  const env = { PORT: '0', FACESTEP_DATA: folder, FACESTEP_CONFIG: files().config };
  service = await startService(env, files().log);
  return service;
}

async function call(path: string, headers: Record<string, string>, body?: FormData | string) {
  const response = await fetch(service.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: replyGuard.parse(await response.json()) };
}

async function takeClientToken(key = adminKey) {
  const { status, body } = await call('/generateToken', { ...json, 'x-admin-key': key }, '{"name":"test"}');
  return { status, client: { 'x-auth-token': String(body.token) } };
}

const logged = (message: string) =>
  readFileSync(files().log, 'utf8')
    .split('\n')
    // What stands behind the last line end is being written.
    .slice(0, -1)
    .map((line) => replyGuard.parse(JSON.parse(line)))
    .filter((line) => line.msg === message);

/** Until the log has that line for the `count`th time. */
async function untilLogged(message: string, count = 1) {
  await until(() => logged(message).length >= count);
  return logged(message);
}

const connections = [{ id: 'work', kind: 'okta', policy: { mode: 'shadow' }, okta: unreachedOkta }];

const endOf = async ({ process }: Service) => {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  return process.exitCode;
};

describe('reload', () => {
  test('activates a valid configuration without dropping requests, and keeps the current one after an invalid one', async () => {
    await start({});
    const { client } = await takeClientToken();
    const [probe, reference] = pictures.person;
    const underWay = call(
      '/match-bulk',
      client,
      toForm({ probe, reference: Array.from({ length: 12 }, () => reference) }),
    );
    let isOver = false;
    const statuses = new Set<number>();
    const ask = async () => {
      while (!isOver) statuses.add((await call('/healthz', {})).status);
    };
    const asking = [ask(), ask()];

    configure({ adminKey: 'another-key', queueLimit: 1 });
    service.process.kill('SIGHUP');
    const [refused] = await untilLogged('configuration not loaded');
    expect(refused).toMatchObject({ code: 'config_invalid', level: 50 });
    expect(refused?.detail).toMatchObject({ problems: [{ path: 'configuration' }] });
    expect(await takeClientToken('another-key')).toMatchObject({ status: 401 });

    configure({ adminKey: 'another-key', port: 9, verifier: { kind: 'embedded', workers: 2 } });
    service.process.kill('SIGHUP');
    const [needing] = await untilLogged('some settings need a restart');
    expect(needing?.changed).toEqual(['verifier.workers']);
    expect(await takeClientToken('another-key')).toMatchObject({ status: 200 });
    expect(await takeClientToken(adminKey)).toMatchObject({ status: 401 });

    isOver = true;
    await Promise.all(asking);
    expect([...statuses]).toEqual([200]);
    expect((await underWay).status).toBe(200);
    const text = readFileSync(files().log, 'utf8') + readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    expect(text).toContain('"action":"configuration_loaded"');
    expect(text).toMatch(/"changed":\["adminKey"\],"version":"[^"]+"\}/);
    expect(text).not.toContain('another-key');
  });
});

describe('facestep reload', () => {
  const reload = (key = adminKey) => runHere(['reload'], { FACESTEP_URL: service.url, FACESTEP_ADMIN_KEY: key });

  test('prints which changes took effect and which need a restart, and refuses an invalid configuration', async () => {
    await start({});
    expect(await reload()).toEqual({ code: 0, stdout: 'Nothing has changed.\n', stderr: '' });

    configure({ publicUrl: 'face.example.com' });
    const refused = await reload();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /^publicUrl: expected an address.*\nError: The configuration was not loaded \(config_invalid\)\./,
    );
    expect((await takeClientToken()).status).toBe(200);

    configure({ connections, adminKey: 'another-key', port: 9, verifier: { kind: 'embedded', workers: 2 } });
    const taken = await reload();
    expect(taken).toMatchObject({ code: 0, stderr: '' });
    expect(taken.stdout.trim().split('\n').toSorted()).toEqual([
      'active: adminKey',
      'active: connections.0 (work)',
      'unchanged until a restart: verifier.workers',
    ]);
    const recorded = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    expect(recorded).toMatch(/"action":"configuration_loaded".*"by":"owner"/);
    expect((await fetch(`${service.url}/hooks/work/token`, { method: 'POST' })).status).toBe(401);
  });
});

describe('a mode switched at the server', () => {
  test('survives a restart, appears in reload, and ends when switched back', async () => {
    const admin = { ...json, 'x-admin-key': adminKey };
    const modeOf = async () => (await call('/connections', { 'x-admin-key': adminKey })).body.connections;
    await start({ connections, publicUrl: 'http://127.0.0.1:9' });
    const fields = JSON.stringify({ mode: 'enforce', isSure: true });
    expect(await call('/connections/work/mode', admin, fields)).toMatchObject({ status: 200 });
    // An OIDC-less call of the hook with the right secret, and a body that is none: enforcing refuses it.
    const callHook = () =>
      call('/hooks/work/token', { ...json, authorization: '0123456789abcdef' }, '{"eventType":"none"}');
    const enforced = await callHook();
    await service.stop();
    await start();
    expect(await modeOf()).toMatchObject([
      { id: 'work', mode: { inForce: 'enforce', file: 'shadow', switched: { by: 'owner' } } },
    ]);
    expect(await callHook()).toEqual(enforced);
    const env = { FACESTEP_URL: service.url, FACESTEP_ADMIN_KEY: adminKey };
    expect((await runHere(['reload'], env)).stdout).toContain(
      'switched by hand (owner): work is in enforce mode, which overrides the configuration\n',
    );

    expect(await call('/connections/work/mode', admin, '{"mode":"shadow"}')).toMatchObject({ status: 200 });
    expect(await callHook()).not.toEqual(enforced);
    expect((await runHere(['reload'], env)).stdout).toBe('Nothing has changed.\n');
  });
});

(hasRedis ? describe : describe.skip)('a server started before its state store', () => {
  test('listens, becomes ready once the store answers, and then publishes its brand', async () => {
    const redis = await startRedis();
    try {
      redis.process.kill('SIGKILL');
      await once(redis.process, 'exit');
      const starting = start({ state: { kind: 'redis', url: redis.url }, brand: { organisation: 'Acme' } });
      await Promise.race([starting, untilLogged('listening')]);
      await redis.restart('nothing');
      await starting;
      const client = new Redis(redis.url);
      await until(async () => (await client.keys('*brand-draft:*')).length > 0);
      await client.quit();
      const { client: token } = await takeClientToken();
      expect(token['x-auth-token']).not.toBe('undefined');
    } finally {
      await redis.stop();
    }
  });
});

test('a replica that cannot write its audit trail is not ready and issues nothing, until it can', async () => {
  await start({});
  const limitFiles = (bytes: string) =>
    spawnSync('prlimit', ['--pid', String(service.process.pid), `--fsize=${bytes}:`]);
  const untilReadiness = (status: number) => until(async () => (await call('/readyz/replica', {})).status === status);
  await untilReadiness(200);
  limitFiles('4095');
  await untilReadiness(503);
  expect((await call('/readyz/replica', {})).body).toEqual({ ok: false, unready: ['trail_not_writable'] });
  expect((await takeClientToken()).status).toBe(503);
  limitFiles('unlimited');
  await untilReadiness(200);
  expect((await takeClientToken()).status).toBe(200);
});

test('a backup restored to other paths keeps keys, client tokens and the audit trail', async () => {
  await start({});
  const { client } = await takeClientToken();
  const { token } = (await call('/generate', client, toForm({ photo: pictures.person[0] }))).body;
  const run = (...args: string[]) => runHere(args, { FACESTEP_DATA: folder, FACESTEP_CONFIG: files().config });
  const backup = join(top, 'backup');
  expect(await run('backup', backup)).toMatchObject({ code: 0 });
  await service.stop();
  rmSync(folder, { recursive: true });

  const otherMachine = join(top, 'other-machine');
  folder = join(otherMachine, 'data');
  const otherModels = join(otherMachine, 'models');
  mkdirSync(otherModels, { recursive: true });
  copyModels(otherModels);
  configure({ modelsFolder: otherModels });
  expect(await run('restore', backup)).toMatchObject({ code: 0 });
  await start();
  const photo = pictures.person[1];
  const { body } = await call('/authenticate', client, toForm({ token: String(token), photo }));
  expect(body).toEqual({ ok: true, authenticated: true });
  const verified = await run('audit', 'verify');
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining(': sound') });
});

describe('stop', () => {
  test('makes the server unready, then closes its port; a waiting step-up continues after the restart', async () => {
    await start({ stopDelaySec: 1 });
    const { client } = await takeClientToken();
    const { token } = (await call('/generate', client, toForm({ photo: pictures.person[0] }))).body;
    const about = { subject: 'ada@example.com', token, audience: 'https://app.example.com' };
    const { body: stepUp } = await call('/step-ups', { ...json, ...client }, JSON.stringify(about));

    service.process.kill('SIGTERM');
    await untilLogged('stopping');
    expect(await call('/readyz', {})).toEqual({ status: 503, body: { ok: false, unready: ['stopping'] } });
    expect((await call('/healthz', {})).status).toBe(200);
    expect(await endOf(service)).toBe(0);
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow();

    await start();
    expect((await call(`/step-ups/${stepUp.id}`, client)).body).toMatchObject({ state: 'started' });
    const photos = toForm({ challenge: String(stepUp.challenge), photo: pictures.person[1] });
    expect(await call(`/step-ups/${stepUp.id}/photos`, {}, photos)).toMatchObject({
      status: 200,
      body: { state: 'passed' },
    });
  });
});
