import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { arnOf } from '../../../simulators/cognito/deploy.js';
import { logGroupOf } from '../../../simulators/cognito/logs.js';
import { administer } from '../../../support/benches/administration.js';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { fillFromTrail } from '../../../support/data/ledgered.js';
import { emptySetup } from '../../../support/fakes/upkeep.js';
import { createFolder } from '../../../support/run/folder.js';
import { adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { type CognitoDeployment, startCognitoDeployment } from '../../../support/servers/cognito-deployment.js';
import type { Setup } from '../../connections/setup.js';
import { toIso } from '../../core/units.js';
import { collectChecks } from '../operations/doctor.js';
import { recordProviderDecisions } from '../operations/provider-decisions.js';

/* The functions of a Cognito user pool decide sign-ins: every screen reports their mode next to that of this server. */

let dataFolder: string;
let deployment: CognitoDeployment;
let setup: Setup;
let server: Awaited<ReturnType<typeof startApiServer>>;
beforeEach(async () => {
  dataFolder = createFolder('mode-at-provider');
  deployment = await startCognitoDeployment();
  setup = emptySetup();
  const customers = createTestConnection({ id: 'customers', kind: 'cognito' });
  const connections = new Map([[customers.id, customers]]);
  server = await startApiServer({ setup: () => setup, connections });
});

const deploy = (mode: string) => deployment.deploy(mode);
async function configure(mode: 'shadow' | 'enforce'): Promise<void> {
  setup = await deployment.configure(mode, dataFolder, server);
}

async function readMode() {
  const { body } = await server.send('GET', '/connections/customers/mode', { headers: { 'x-admin-key': adminKey } });
  return body.mode;
}

const run = (...args: string[]) => administer(server, args);

async function examine() {
  const deps = { ...server.deps, fetch: deployment.reach };
  const { checks } = await collectChecks({ setup, connection: setup.connections[0]!, switched: null }, deps);
  return checks.find(({ title }) => title === 'Mode')!.run();
}

test('the mode of a connection has both modes, and that of the functions is read again after 60 s', async () => {
  await configure('enforce');
  deploy('shadow');
  expect(await readMode()).toMatchObject({ inForce: 'enforce', file: 'enforce', atProvider: { mode: 'shadow' } });
  deploy('enforce');
  expect(await readMode()).toMatchObject({ atProvider: { mode: 'shadow' } });
  server.clock.advanceSec(60);
  expect(await readMode()).toMatchObject({ atProvider: { mode: 'enforce', place: 'functions', reason: null } });
  deployment.simulator.lambda.isReadable = false;
  server.clock.advanceSec(60);
  expect(await readMode()).toMatchObject({
    inForce: 'enforce',
    atProvider: { mode: null, reason: expect.stringContaining('lambda:GetFunctionConfiguration') },
  });
});

test('functions that sign users in without a password, which is not configured, are reported and fail the doctor', async () => {
  await configure('enforce');
  deployment.deploy('enforce', { FACESTEP_PASSWORDLESS: 'true' });
  expect(await readMode()).toMatchObject({ atProvider: { passwordless: { active: true, expected: false } } });
  const said = 'sign-ins without a password accepted (configured: refused)';
  expect((await run('status')).printed.join('\n')).toContain(said);
  expect(await examine()).toMatchObject({ verdict: 'fail', found: expect.stringContaining(said) });
  deploy('enforce');
  expect(await examine()).toMatchObject({ verdict: 'pass' });
});

/** Logs a decision as the functions do. */
function decide(subject: string): void {
  const decision = { connection: 'customers', mode: 'shadow', hook: 'define-auth-challenge', outcome: 'unverified' };
  const allowed = { ...decision, fallback: 'pass', wouldHave: 'deny', reason: 'no_check' };
  const line = JSON.stringify({ message: 'decision', id: `decision-of-${subject}`, subject, ...allowed });
  deployment.simulator.logs.write(logGroupOf(arnOf('defineAuthChallenge')), line, server.clock.now());
}

test('users whom the functions would refuse are counted, with until when they are known, and why later ones are not', async () => {
  await configure('shadow');
  deploy('shadow');
  decide('anna');
  await withAudit(createAuditDeps({ file: join(dataFolder, 'audit.jsonl'), clock: server.clock }), async (audit) => {
    const deps = { ...server.deps.operations, setup: () => setup, audit };
    const until = toIso(server.clock.now());
    await recordProviderDecisions('of the test', deps);
    await fillFromTrail(join(dataFolder, 'audit.jsonl'), server.deps);
    const { body } = await server.send('POST', '/connections/customers/refused', {
      headers: { 'x-admin-key': adminKey },
    });
    expect(body).toMatchObject({ total: 1, subjects: [{ subject: 'anna' }] });
    expect(await readMode()).toMatchObject({ atProvider: { decisions: { until, reason: null } } });

    deployment.simulator.logs.isReadable = false;
    server.clock.advanceSec(60);
    await recordProviderDecisions('of the test', deps);
    expect(await readMode()).toMatchObject({
      atProvider: { decisions: { until, reason: expect.stringContaining('logs:FilterLogEvents') } },
    });
  });
});

test('the doctor passes enforce mode only if the functions have it too', async () => {
  await configure('enforce');
  deploy('enforce');
  expect(await examine()).toMatchObject({
    verdict: 'pass',
    found: expect.stringContaining('in the functions: enforce'),
  });
  deploy('shadow');
  expect(await examine()).toMatchObject({
    verdict: 'fail',
    found: expect.stringMatching(/^enforce at this server; in the functions: shadow/),
    remedy: expect.stringContaining('facestep provision customers --apply'),
  });
  deployment.simulator.lambda.isReadable = false;
  expect(await examine()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('not known') });
  // Functions that enforce refuse users, although this server says shadow.
  await configure('shadow');
  deployment.simulator.lambda.isReadable = true;
  deploy('enforce');
  expect(await examine()).toMatchObject({ verdict: 'fail', found: expect.not.stringContaining('no user is refused') });
});
