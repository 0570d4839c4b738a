import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { runCli } from '../../examples/demo/run-command.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { simulations } from '../../simulators/simulations.js';
import { type RunningSimulation, runHere, startSimulation } from '../../support/benches/cli.js';
import { signInWithFace } from '../../support/fakes/simulated-sign-in.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';

/*
 * What `facestep simulate` offers, for each provider: its configuration runs the server, provisioning makes the connection
 * whole, and a sign-in shows the face check.
 */

const login = 'ada@example.com';
let folder: string;
const running: (RunningSimulation | Service)[] = [];
beforeEach(() => {
  folder = createFolder('simulations');
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

/** What an application is told without a face check, and with one. */
const expected: Readonly<Record<string, { readonly without: object; readonly withFace: object }>> = {
  okta: {
    without: { signedIn: false, error: 'server_error' },
    withFace: { signedIn: true, accessTokenClaims: { face_verification: { result: 'verified' } } },
  },
  entra: {
    without: { signedIn: true, tokenClaims: { face_verified: 'false' } },
    withFace: { signedIn: true, tokenClaims: { face_verified: 'true' } },
  },
  cognito: {
    without: { signedIn: false, challenge: { type: 'FACE' } },
    withFace: { signedIn: true, idTokenClaims: { face_verified: 'true' } },
  },
  onelogin: {
    without: { signedIn: false, denied: 'factor: trusted_idp' },
    withFace: { signedIn: true, factors: [] },
  },
  // The application asks for an ID token in a browser.
  scim: { without: { open: expect.any(String) }, withFace: { open: expect.any(String) } },
};

test.each(Object.keys(simulations))('%s: provisioning, doctor and a sign-in with a face succeed', async (provider) => {
  const pictures = await loadPictures();
  const simulation = await startSimulation(provider, { serverPort: await findFreePort() });
  running.push(simulation);
  const config = join(folder, 'simulated.json');
  const own = { modelsFolder, dataFolder: join(folder, 'data'), verifier: { kind: 'embedded', workers: 1 } };
  writeFileSync(config, JSON.stringify({ ...simulation.config, ...own }));
  const env = { ...simulation.environment, FACESTEP_CONFIG: config };
  const service = await startService(env);
  running.push(service);

  // Whom to trust next to the usual authorities is read as a process starts.
  const run = 'NODE_EXTRA_CA_CERTS' in env ? runCli : runHere;
  expect(await run(['provision', 'simulated', '--apply', '--yes'], env)).toMatchObject({ code: 0 });
  const again = await run(['provision', 'simulated', '--plan'], env);
  expect(again.stdout).not.toMatch(/: (missing|different|blocked|failed)$/m);
  const doctor = await run(['doctor', 'simulated'], env);
  expect(doctor.stdout.match(/^FAIL.*$/gm) ?? []).toEqual([]);
  expect(doctor.code).toBe(0);

  const groups = await run(['api', 'GET', '/configuration/groups', 'connection=simulated', 'text=Fin'], env);
  expect(groups.stdout).toContain('Finance');

  expect((await simulation.signIn({ user: login })).body).toMatchObject(expected[provider]!.without);
  const backend = await connectBackend(service.url, simulation.config.adminKey, {
    connection: 'simulated',
    application: simulation.application,
  });
  const subject = simulation.subjects.get(login)!;
  await backend.enrol(subject, pictures.person[0]);
  const answer = await signInWithFace(simulation, backend, { login, photo: pictures.person[1] });
  expect(answer.body).toMatchObject(expected[provider]!.withFace);
});

test('simulate refuses a --port that leaves no room for the server’s port', async () => {
  for (const port of ['8080', '8079']) {
    const refused = await runHere(['simulate', 'okta', '--port', port], {});
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('port 8080') });
  }
});

test('a simulation started by the npm script prints commands as they are typed in a checkout', async () => {
  const serverPort = await findFreePort();
  const simulation = await startSimulation('okta', { serverPort, env: { npm_lifecycle_event: 'facestep' } });
  await simulation.stop();
  expect(simulation.config).toMatchObject({ port: serverPort, publicUrl: `http://127.0.0.1:${serverPort}` });
  expect(simulation.guide).toContain(`  export PORT=${serverPort}\n`);
  expect(simulation.guide).toMatch(/^ {2}npm run -s facestep -- serve$/m);
});
