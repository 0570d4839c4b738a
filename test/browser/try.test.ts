import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type RunningSimulation, runHere, startSimulation } from '../../support/benches/cli.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';

/* `facestep try`: a first enrolment and a first check, as an administrator with a simulated org and a server does them. */

const folder = createFolder('try');
const login = 'ada@example.com';
let simulation: RunningSimulation;
let service: Service;
let env: Record<string, string>;

beforeAll(async () => {
  const serverPort = await findFreePort();
  simulation = await startSimulation('okta', { serverPort });
  const [connection] = simulation.config.connections;
  const file = join(folder, 'facestep.json');
  const connections = [connection, { ...connection, id: 'with-pin', policy: { mode: 'shadow', userSecret: 'pin' } }];
  const settings = { ...simulation.config, modelsFolder, dataFolder: join(folder, 'data'), connections };
  writeFileSync(file, JSON.stringify({ ...settings, verifier: { kind: 'embedded', workers: 1 } }));
  env = { FACESTEP_CONFIG: file };
  service = await startService(env);
  expect((await runHere(['provision', 'simulated', '--apply', '--yes'], env)).code).toBe(0);
});
afterAll(async () => {
  await service?.stop();
  await simulation?.stop();
});

inBrowser('facestep try enrols and checks a drawn person, and ends the enrolment', async () => {
  const { code, stdout } = await runCli(['try', 'simulated', '--login', login], env);
  expect(stdout.split('\n')).toEqual([
    `simulated: ${login} is ${simulation.subjects.get(login)} there, and not enrolled.`,
    '1. The enrolment, on the capture page:',
    '   Enrolled: the token is in the profile at the provider.',
    '2. The face check of the same person:',
    '   Passed.',
    '   The server signed a receipt for it.',
    'Revoked the enrolment of the simulated person. To use your own face, add --camera.',
    '',
  ]);
  expect(code).toBe(0);
  const held = await runHere(
    ['api', 'POST', '/subjects/export', 'connection=simulated', `subject=${simulation.subjects.get(login)}`, '--json'],
    env,
  );
  expect(JSON.parse(held.stdout)).toMatchObject({ subjects: [{ held: { enrolment: null } }] });
});

test('facestep try --camera prints a link, and revokes the link when interrupted', async () => {
  const { code, stdout } = await runHere(['try', 'simulated', '--login', login, '--camera'], env);
  expect(stdout).toMatch(/Open this in a browser with a camera\. It opens once:\n {3}http:\S+\/face\?sent#/);
  expect(stdout).toContain('Revoked the link. The user is not enrolled.');
  expect(stdout).not.toContain('The enrolment stays');
  expect(code).toBe(1);
  const ticket = /\/face\?sent#(\S+)/.exec(stdout)?.[1];
  const opened = await fetch(`${service.url}/face/open`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ticket }),
  });
  expect(await opened.json()).toMatchObject({ code: 'step_up_finished' });
});

test('facestep try refuses a user who is already enrolled', async () => {
  const backend = await connectBackend(service.url, simulation.config.adminKey, {
    connection: 'simulated',
    application: simulation.application,
  });
  const subject = simulation.subjects.get('grace@example.com')!;
  const { person } = await loadPictures();
  await backend.enrol(subject, person[0]);
  expect(await runHere(['try', 'simulated', '--login', 'grace@example.com'], env)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('already enrolled'),
  });
});
