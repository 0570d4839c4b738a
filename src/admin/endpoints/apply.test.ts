import { describe, expect, test } from '@jest/globals';
import { createFolder } from '../../../support/run/folder.js';
import { type OperatedServer, startCompany, startOperatedServer } from '../../../support/servers/operated-server.js';
import { createManualClock } from '../../../test/contract/state.js';
import { createSqliteState } from '../../storage/state/sqlite.js';

/* Setting connections up, and the doctor, at simulated providers on sockets. */

const dataFolder = createFolder('apply');
const company = await startCompany();

const start = (given: Partial<Parameters<typeof startOperatedServer>[1]> = {}): Promise<OperatedServer> =>
  startOperatedServer(company, { dataFolder, ...given });

describe('plan and apply', () => {
  test('applies a plan once, step by step, and records the administrator', async () => {
    const { get, post, ended, server } = await start();
    const { body: plan } = await get('/connections/onelogin/plan');
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

    const { body: again } = await get('/connections/onelogin/plan');
    for (const step of again.steps as { state: string; diff: unknown[] }[]) {
      expect(['ready', 'manual']).toContain(step.state);
      expect(step.diff).toEqual([]);
    }
    const ids = (run.steps as { id: string }[]).map(({ id }) => id);
    expect(server.audit.events).toContainEqual(
      expect.objectContaining({
        action: 'connection_apply_begun',
        connection: 'onelogin',
        detail: { runId: run.id, steps: ids, pushSecrets: false, by: 'owner' },
      }),
    );
    expect(server.audit.events.at(-1)).toMatchObject({
      action: 'connection_apply_ended',
      detail: { state: 'done', by: 'owner' },
    });
  });

  test('with pushSecrets, a completed step is applied again, and neither the run nor the list of secrets contains a secret', async () => {
    const { get, post, ended } = await start();
    await post('/connections/okta/apply');
    await ended('okta');
    await post('/connections/okta/apply', { step: 'inline-hook-token', pushSecrets: true });
    const run = await ended('okta');
    expect(run).toMatchObject({
      pushSecrets: true,
      state: 'done',
      steps: [{ id: 'inline-hook-token', applied: true }],
    });
    const { body } = await get('/connections/okta/secrets');
    expect(body.secrets).toMatchObject([
      { setting: 'okta.hooks.secret.value', isPreviousTaken: false, isPushed: true, previous: null },
    ]);
    expect(JSON.stringify([run, body])).not.toContain('a-secret-of-the-tests');
  });

  test('refuses a plan that would deny all users unless the administrator confirms', async () => {
    const { get, post, ended, actions } = await start({ mode: 'enforce' });
    expect(await post('/connections/okta/apply')).toMatchObject({ status: 409, body: { code: 'nobody_can_pass' } });
    expect(actions()).not.toContain('connection_apply_begun');
    expect((await get('/connections/okta/run')).body.run).toBeNull();
    expect(await post('/connections/okta/apply', { isSure: true })).toMatchObject({ status: 201 });
    expect(await ended('okta')).toMatchObject({ state: 'done' });
  });

  test('only one replica applies a plan; after its lease expires another one can continue, and the first one then stops', async () => {
    const state = createSqliteState({ file: ':memory:', clock: createManualClock() });
    const one = await start({ state });
    const two = await start({ state });
    const letGo = one.hold();
    const { body: begun } = await one.post('/connections/onelogin/apply');
    expect(begun.run).toMatchObject({ state: 'under_way' });
    expect(await two.post('/connections/onelogin/apply')).toMatchObject({ body: { code: 'run_under_way' } });
    expect((await two.get('/connections/onelogin/run')).body.run).toEqual(
      expect.objectContaining({ state: 'under_way', by: 'owner' }),
    );

    // The first says nothing more for longer than the lease.
    two.server.clock.advanceSec(61);
    expect((await two.get('/connections/onelogin/run')).body.run).toMatchObject({ state: 'broken_off' });
    expect((await two.get('/to-do')).body.items).toContainEqual(
      expect.objectContaining({ code: 'apply_broken_off', connection: 'onelogin' }),
    );
    expect(await two.post('/connections/onelogin/apply')).toMatchObject({ status: 201 });
    const taken = await two.ended('onelogin');
    expect(taken).toMatchObject({ state: 'done' });
    letGo();
    await one.server.deps.operations.background.stop();
    expect((await two.get('/connections/onelogin/run')).body.run).toEqual(taken);
    expect(one.actions()).not.toContain('connection_apply_ended');
  });
});
