import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decodeJwt } from 'jose';
import { CommandError } from '../../src/cli/command-error.js';
import type { CliDeps, DemoRequest } from '../../src/cli/deps.js';
import { fileExists } from '../../src/config/data-files.js';
import { SealedToken } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import { fetchDemoPhotos, fetchModels } from '../../src/face/models/fetch.js';
import { connectBackend } from './backend.js';
import { startCompany } from './company.js';
import { findFreePort } from './free-port.js';
import { connectOrg, startOrg } from './okta-org.js';
import { demoPhotosFolder, loadPictures } from './pictures.js';
import { startPortals } from './portals.js';
import { showProviders } from './providers.js';
import { configure, newAdminKey, startService } from './service.js';

/**
 * Downloads the demonstration photos if they are missing.
 * @returns their folder
 * @throws CommandError `photos_missing`
 */
async function bringDemoPhotos(elsewhere: string, tell: (line: string) => void): Promise<string> {
  const folder = (await fileExists(demoPhotosFolder)) ? demoPhotosFolder : elsewhere;
  await fetchDemoPhotos(folder, tell).catch((cause: unknown) => {
    if (cause instanceof FaceError && cause.code === 'model_missing')
      throw new CommandError('photos_missing', cause.detail, { cause });
    throw cause;
  });
  return folder;
}

/**
 * Writes the pictures named in the documentation, cut from the demonstration photos: `enroll.jpg` and `probe.jpg` of
 * one person, `other.jpg` of another.
 * @returns the files
 * @throws system error if one of the files already exists
 */
export async function writeDemoPhotos(folder: string, tell: (line: string) => void): Promise<readonly string[]> {
  const fetched = await mkdtemp(join(tmpdir(), 'facestep-photos-'));
  try {
    const { person, stranger } = await loadPictures(await bringDemoPhotos(fetched, tell));
    const pictures = { enroll: person[0], probe: person[1], other: stranger };
    await mkdir(folder, { recursive: true });
    return await Promise.all(
      Object.entries(pictures).map(async ([name, bytes]) => {
        const file = join(folder, `${name}.jpg`);
        await writeFile(file, bytes, { flag: 'wx' });
        return file;
      }),
    );
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}

/*
 * Runs the demonstration on real photos with a simulated Okta org: enrolment, sign-in, refusal and revocation. Then it
 * sets up each of the other three providers with one command.
 */

/**
 * @returns true if every answer of the server was as expected
 * @throws the errors of `fetchModels`
 */
export async function showDemo(
  request: DemoRequest,
  {
    print,
    printError: tell,
    untilStopped,
    auditEvents,
  }: Pick<CliDeps, 'auditEvents' | 'print' | 'printError' | 'untilStopped'>,
): Promise<boolean> {
  // Hides version warnings of the AWS SDK.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

  const say = (line = ''): void => print(line);
  const step = (title: string): void => say(`\n${title}`);

  const { isToStay } = request;
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-demo-'));
  const modelsFolder = resolve(request.modelsFolder);
  await fetchModels(modelsFolder, tell);
  const photos = await bringDemoPhotos(join(folder, 'photos'), tell);
  const adminKey = newAdminKey();

  step('Starting a simulated Okta org and the server…');
  const org = await startOrg();
  const { okta } = org;
  // Static photos cannot pass a liveness check.
  const policy = { mode: 'enforce', liveness: 'off' };
  const connection = { id: 'demo', kind: 'okta', policy, okta: org.settings };
  const readyFrom = performance.now();
  const port = process.env.PORT ?? (isToStay ? String(await findFreePort(8080)) : '0');
  const env = await configure(folder, { modelsFolder, connections: [connection] }, { port, adminKey });
  const service = await startService(env);
  say(`  Okta org   ${okta.url}   (simulated: users, schema, hooks with Okta's limit of 3 seconds)`);
  say(`  facestep   ${service.url}   ready after ${((performance.now() - readyFrom) / 1000).toFixed(1)} s`);

  const { attribute, profile, steps } = connectOrg(connection, service.url);
  for (const { inspect, apply } of steps) if ((await inspect()).state === 'missing') await apply();
  const password = 'first factor';
  const first = { login: 'user-1@example.com', password };
  const second = { login: 'user-2@example.com', password };
  const firstId = await okta.createUser(first);
  const secondId = await okta.createUser(second);
  const hook = `${service.url}/hooks/${connection.id}/token`;
  say(`  The org has the attribute ${attribute}, two users, and our token hook at ${hook}`);

  const pictures = await loadPictures(photos);
  const [enrolmentPhoto, laterPhoto] = pictures.person;
  const backend = await connectBackend(service.url, adminKey, {
    connection: connection.id,
    application: okta.application,
  });
  const tokenOf = async (user: string): Promise<string | null> =>
    (await profile.readToken(user))?.use((text) => text) ?? null;

  let surprises = 0;
  const asExpected = (answer: string, expected: string): string => {
    if (answer === expected) return answer;
    surprises += 1;
    return `${answer}, and ${expected} was expected`;
  };

  async function checkFace(user: string, photo: Uint8Array, expected: 'passed' | 'failed'): Promise<void> {
    say(`  Face check: ${asExpected(await backend.checkFace(user, photo), expected)}`);
  }

  async function signIn(user: typeof first, expected: 'allowed' | 'denied'): Promise<void> {
    const result = await okta.signIn(user);
    say(`  The hook answers     ${JSON.stringify(okta.org.hookAnswers.at(-1))}`);
    if (result.ok) {
      const claim = decodeJwt(result.accessToken).face_verification;
      say(`  The access token has face_verification ${JSON.stringify(claim)}`);
    } else {
      say(`  The application gets ${result.error} (${result.description})`);
    }
    say(`  Sign-in of ${user.login}: ${asExpected(result.ok ? 'allowed' : 'denied', expected)}`);
  }

  step('1. Enrol user-1 from one photo, with consent. Only this is stored, in the Okta profile:');
  await backend.enrol(firstId, enrolmentPhoto);
  const token = (await tokenOf(firstId)) ?? '';
  say(`  ${attribute}: ${token}`);
  say(`  ${token.length} characters (at most 256)`);

  step('2. Sign in with the password alone. The policy requires a face check, and the user did none.');
  await signIn(first, 'denied');

  step('3. The same person looks into the camera (another photo, from another day) and signs in.');
  await checkFace(firstId, laterPhoto, 'passed');
  await signIn(first, 'allowed');

  step('4. The face check was used. An attacker who knows the password signs in right after it.');
  await signIn(first, 'denied');

  step('5. Another person looks into the camera.');
  await checkFace(firstId, pictures.stranger, 'failed');
  await signIn(first, 'denied');

  step("6. The token is copied into user-2's profile, and the person of user-1 tries to pass as user-2.");
  await profile.writeToken(secondId, new SealedToken(token));
  await checkFace(secondId, laterPhoto, 'failed');
  await signIn(second, 'denied');

  step('7. The enrolment is revoked. The right face does not pass any more.');
  await backend.revoke(firstId);
  say(`  ${attribute}: ${(await tokenOf(firstId)) ?? 'empty'}`);
  await checkFace(firstId, laterPhoto, 'failed');
  await signIn(first, 'denied');

  step('8. The other providers, simulated: set up by one command each, then a sign-in without and with a face.');
  await showProviders({ say, folder, adminKey, modelsFolder, person: [enrolmentPhoto, laterPhoto], asExpected });

  step(
    surprises === 0
      ? `All as expected, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`
      : `${surprises} answers were not as expected.`,
  );

  if (isToStay) {
    step('9. Now you: the applications of a company in your browser, with the camera of this machine.');
    const company = await startPortals({ hasFixedPorts: true, modelsFolder });
    say(`  User name   ${company.login}`);
    say(`  Password    ${company.password}`);
    for (const { url, guide } of Object.values(company.portals)) {
      say(`  Open        ${url}`);
      for (const line of guide) say(`  - ${line}`);
    }
    say('  Only one sealed record of your face is stored, in the simulated user profile. Ctrl+C deletes it.');
    step('10. The administrator: a company of 200 generated people, in the console.');
    const drawn = await startCompany(200, modelsFolder, auditEvents);
    say(`  Open        ${drawn.consoleUrl}`);
    say(`  Key         ${drawn.adminKey}`);
    say(
      `  ${drawn.enrolled} of ${drawn.people} people are enrolled. They, their events and their tokens are generated: no real face matches a token.`,
    );
    say('');
    say(`The server of the steps above stays up on ${service.url}, its org on ${okta.url}.`);
    say(`  Administrator key: ${adminKey}`);
    say(`  Try: curl -s ${service.url}/openapi.json`);
    say('Ctrl+C stops all of it.');
    await untilStopped();
    await drawn.close();
    await company.close();
  }
  await service.stop();
  await okta.close();
  await rm(folder, { recursive: true });
  return surprises === 0;
}
