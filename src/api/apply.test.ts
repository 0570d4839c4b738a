import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { createFolder } from '../../test/folder.js';
import { type Company, type OperatedServer, startCompany, startOperatedServer } from '../../test/operated-server.js';
import { toIso } from '../core/units.js';
import { createSqliteState } from '../state/sqlite.js';

/* Setting connections up, and the doctor, at simulated providers on sockets. */

const dataFolder = createFolder('apply');
let company: Company;
let servers: OperatedServer[] = [];
beforeAll(async () => {
  company = await startCompany();
});
afterEach(async () => {
  for (const each of servers) await each.stop();
  servers = [];
});
afterAll(() => company.close());

async function start(given: Partial<Parameters<typeof startOperatedServer>[1]> = {}): Promise<OperatedServer> {
  const started = await startOperatedServer(company, { dataFolder, ...given });
  servers.push(started);
  return started;
}

describe('plan and apply', () => {
  test('what is planned is applied once, step by step, and by whom stands in the trail', async () => {
    const { post, ended, server } = await start();
    const { body: plan } = await post('/connections/onelogin/plan');
    const [first] = plan.steps as { diff: unknown }[];
    expect(first).toMatchObject({ id: expect.stringMatching(/^custom-user-field/), state: 'missing' });
    expect(first?.diff).toContainEqual({ sign: '+', text: expect.any(String) });
    expect(plan.census).toMatchObject({ enrolled: 0, isComplete: true });

    const begun = await post('/connections/onelogin/apply');
    expect(begun).toMatchObject({ status: 201, body: { run: { by: 'owner' } } });
    const run = await ended('onelogin');
    const steps = run.steps as { progress: string; applied: boolean }[];
    expect(run).toMatchObject({ state: 'done' });
    expect(steps.every(({ progress }) => progress === 'done')).toBe(true);
    expect(steps.some(({ applied }) => applied)).toBe(true);

    const { body: again } = await post('/connections/onelogin/plan');
    for (const step of again.steps as { state: string; diff: unknown[] }[]) {
      expect(['ready', 'manual']).toContain(step.state);
      expect(step.diff).toEqual([]);
    }
    const ids = (run.steps as { id: string }[]).map(({ id }) => id);
    expect(server.audit.events).toContainEqual(
      expect.objectContaining({
        ...{ action: 'connection_apply_begun', connection: 'onelogin' },
        detail: { runId: run.id, steps: ids, pushSecrets: false, by: 'owner' },
      }),
    );
    expect(server.audit.events.at(-1)).toMatchObject({
      ...{ action: 'connection_apply_ended', detail: { state: 'done', by: 'owner' } },
    });
  });

  test('secrets are given again where a step carries one, and nothing of them is told', async () => {
    const { post, ended } = await start();
    await post('/connections/okta/apply');
    await ended('okta');
    await post('/connections/okta/apply', { step: 'inline-hook-token', pushSecrets: true });
    const run = await ended('okta');
    expect(run).toMatchObject({
      pushSecrets: true,
      state: 'done',
      steps: [{ id: 'inline-hook-token', applied: true }],
    });
    const { body } = await post('/connections/okta/secrets');
    expect(body.secrets).toMatchObject([
      { setting: 'okta.hooks.secret.value', isPreviousTaken: false, isPushed: true, previous: null },
    ]);
    expect(JSON.stringify([run, body])).not.toContain('a-secret-of-the-tests');
  });

  test('a secret has an age and a last use, which stay while it is rotated', async () => {
    const started = await start();
    const { server, post, read } = started;
    const call = (secret: string) =>
      fetch(`${server.origin}/hooks/okta/token`, {
        ...{ method: 'POST', body: '{}' },
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      });
    const first = 'a-secret-of-the-tests-0123456789';
    const { body: before } = await post('/connections/okta/secrets');
    const since = toIso(server.clock.now());
    expect(before.secrets).toMatchObject([{ current: { since, usedAt: null }, previous: null }]);
    server.clock.advanceSec(3600);
    await call(first);
    await call('another-secret-0123456789012345');
    const usedAt = toIso(server.clock.now());
    expect((await post('/connections/okta/secrets')).body.secrets).toMatchObject([{ current: { since, usedAt } }]);
    server.clock.advanceSec(3600);
    await read('shadow', { current: 'Bearer the-next-secret-012345678901234', previous: `Bearer ${first}` });
    const { body: rotated } = await post('/connections/okta/secrets');
    const rotatedAt = toIso(server.clock.now());
    expect(rotated.secrets).toMatchObject([
      { isPreviousTaken: true, current: { since: rotatedAt, usedAt: null }, previous: { since, usedAt } },
    ]);
    await call('the-next-secret-012345678901234');
    expect((await post('/connections/okta/secrets')).body.secrets).toMatchObject([
      { current: { since: rotatedAt, usedAt: rotatedAt }, previous: { since, usedAt } },
    ]);
  });

  test('nothing is applied that would refuse everybody, unless somebody is sure', async () => {
    const { post, ended, actions } = await start({ mode: 'enforce' });
    expect(await post('/connections/okta/apply')).toMatchObject({ status: 409, body: { code: 'nobody_can_pass' } });
    expect(actions()).not.toContain('connection_apply_begun');
    expect((await post('/connections/okta/run')).body.run).toBeNull();
    expect(await post('/connections/okta/apply', { isSure: true })).toMatchObject({ status: 201 });
    expect(await ended('okta')).toMatchObject({ state: 'done' });
  });

  test('an unknown connection or step is told', async () => {
    const { post } = await start();
    expect(await post('/connections/none/apply')).toMatchObject({ status: 404, body: { code: 'connection_unknown' } });
    expect(await post('/connections/okta/apply', { step: 'none' })).toMatchObject({ body: { code: 'not_found' } });
  });

  test('of two servers on one store one applies; what a crash broke off the other takes on, and the first comes too late', async () => {
    const state = createSqliteState({ file: ':memory:', clock: createManualClock() });
    const one = await start({ state });
    const two = await start({ state });
    const letGo = one.hold();
    const { body: begun } = await one.post('/connections/onelogin/apply');
    expect(begun.run).toMatchObject({ state: 'under_way' });
    expect(await two.post('/connections/onelogin/apply')).toMatchObject({ body: { code: 'run_under_way' } });
    expect((await two.post('/connections/onelogin/run')).body.run).toEqual(
      expect.objectContaining({ state: 'under_way', by: 'owner' }),
    );

    // The first says nothing more for longer than the lease.
    two.server.clock.advanceSec(61);
    expect((await two.post('/connections/onelogin/run')).body.run).toMatchObject({ state: 'broken_off' });
    expect((await two.get('/to-do')).body.items).toContainEqual(
      expect.objectContaining({ code: 'apply_broken_off', connection: 'onelogin' }),
    );
    expect(await two.post('/connections/onelogin/apply')).toMatchObject({ status: 201 });
    const taken = await two.ended('onelogin');
    expect(taken).toMatchObject({ state: 'done' });
    letGo();
    await one.server.deps.upkeep.background.stop();
    expect((await two.post('/connections/onelogin/run')).body.run).toEqual(taken);
    expect(one.actions()).not.toContain('connection_apply_ended');
  });
});

describe('doctor', () => {
  async function examined(server: OperatedServer, connection: string) {
    expect(await server.post('/doctor', { connection })).toMatchObject({ status: 201 });
    await server.server.deps.upkeep.background.settled();
    const { body } = await server.get('/doctor');
    const { connections, isUnderWay } = body.doctor as {
      isUnderWay: boolean;
      connections: { connection: string; light: string; findings: Record<string, unknown>[] }[];
    };
    expect(isUnderWay).toBe(false);
    return connections.find((each) => each.connection === connection)!;
  }

  test('what is broken at the provider is found, and mended by what the finding says', async () => {
    const server = await start();
    await server.post('/connections/okta/apply');
    await server.ended('okta');
    const [hook] = [...company.okta.org.hooks.values()].filter(({ name }) => name.includes('token'));
    hook!.status = 'INACTIVE';
    const broken = await examined(server, 'okta');
    const finding = broken.findings.find(({ title }) => title === 'Inline hook: token');
    expect(broken.light).toBe('fail');
    expect(finding).toMatchObject({ light: 'fail', mend: { step: 'inline-hook-token', pushSecrets: false } });
    expect((await server.get('/to-do')).body).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ code: 'doctor_failing', urgency: 'now' })]),
      lights: expect.arrayContaining([expect.objectContaining({ connection: 'okta', light: 'fail' })]),
    });

    await server.post('/connections/okta/apply', finding!.mend as Record<string, boolean>);
    expect(await server.ended('okta')).toMatchObject({ state: 'done' });
    const mended = await examined(server, 'okta');
    expect(mended.findings.find(({ title }) => title === 'Inline hook: token')).toMatchObject({
      ...{ light: 'ok', mend: null },
    });
    expect(server.server.audit.events).toContainEqual(
      expect.objectContaining({ action: 'doctor_asked', detail: { connections: ['okta'], by: 'owner' } }),
    );
  });

  test('what a provider wrote is told as text, and a second doctor waits', async () => {
    const server = await start();
    const script = '<img src=x onerror=alert(1)>';
    const [hook] = [...company.okta.org.hooks.values()].filter(({ name }) => name.includes('token'));
    const { name } = hook!;
    hook!.name = script;
    hook!.status = 'INACTIVE';
    const letGo = server.hold();
    expect(await server.post('/doctor')).toMatchObject({ status: 201, body: { doctor: { isUnderWay: true } } });
    expect(await server.post('/doctor')).toMatchObject({ status: 409, body: { code: 'run_under_way' } });
    letGo();
    await server.server.deps.upkeep.background.settled();
    const answer = await server.get('/doctor');
    hook!.name = name;
    hook!.status = 'ACTIVE';
    expect(JSON.stringify(answer.body)).toContain(script);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
