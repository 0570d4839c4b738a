import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import { clientTokenReply } from '../../access/application-replies.js';
import { callServer } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findServerConnection } from '../../cli/find-connection.js';
import { toPrintable } from '../../cli/table.js';
import type { ConnectionsReply } from '../../connections/replies.js';
import { exportAsSent } from '../../privacy/replies.js';
import {
  type InvitationReply,
  invitationReply,
  type StepUpReply,
  startedReply,
  stepUpReply,
} from '../../step-up/replies.js';

const drawnPerson = fileURLToPath(new URL('../../../examples/demo/drawn-person.js', import.meta.url));

const browserOf = ({ CHROMIUM_PATH }: CliDeps['env']): string => CHROMIUM_PATH || '/usr/bin/chromium';

function findObstacle(
  { userSecret, referencePhoto }: ConnectionsReply['connections'][number]['policy'],
  env: CliDeps['env'],
): string | null {
  if (!existsSync(drawnPerson)) return 'The simulated person is only available in a checkout of facestep.';
  if (!existsSync(browserOf(env)))
    return `The simulated person needs Chromium, which is not at ${browserOf(env)}. Set CHROMIUM_PATH.`;
  if (userSecret !== 'none')
    return `The policy requires a ${userSecret === 'pin' ? 'PIN' : 'passkey'} in addition to the face.`;
  return referencePhoto ? 'The policy requires a photo of an identity document.' : null;
}

/** Time limit of a visit. Longer than a check takes even on a slow machine. */
const visitAtMostMs = 3 * 60_000;

/** Opens a link in a browser whose camera shows a drawn person, and gives up after three minutes. */
async function sendDrawnPerson(link: string, { env }: Pick<CliDeps, 'env'>): Promise<void> {
  const child = spawn(process.execPath, [drawnPerson, browserOf(env), link], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env },
    timeout: visitAtMostMs,
  });
  await once(child, 'exit');
}

const pollMs = 1_000;

const tokenLifeSec = 60 * 60;

export function createTryCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('try')
    .summary('a first enrolment and check of a test user, on the real capture page')
    .description(
      'Enrols a test user of a connection and checks their face, on the capture page of the running server. It shows a ' +
        'simulated person to a virtual camera and revokes the enrolment at the end; with --camera you use your own camera, and the enrolment stays. Stopping the command revokes its link. Enrolled users are refused.',
    )
    .argument('[connection]', 'id of the connection; may be left out if there is only one')
    .requiredOption('--login <name>', 'username of a test user at the provider, who is not enrolled')
    .option('--camera', 'print links for a browser with a camera, and wait')
    .action(async (given, { login, camera = false }) => {
      const { id: connection, policy } = await findServerConnection(given, deps);
      const obstacle = camera ? null : findObstacle(policy, deps.env);
      // With --json, progress goes to standard error.
      const print = deps.isJson() ? deps.printError : deps.print;
      if (obstacle !== null) print(`${obstacle} Add --camera to use your own camera.`);
      const passed = await tryOut({ connection, login, isDrawn: !camera && obstacle === null }, { ...deps, print });
      deps.printJson({ connection, login, passed });
      deps.endWith(passed ? 0 : 1);
    });
}

interface Trial {
  readonly connection: string;
  readonly login: string;
  /** True to show a drawn face, which is public and must not stay enrolled. */
  readonly isDrawn: boolean;
}

async function tryOut({ connection, login, isDrawn }: Trial, deps: CliDeps): Promise<boolean> {
  const subject = await findTestUser({ connection, login }, deps);
  const who = { connection, subject };
  deps.print(`${connection}: ${toPrintable(login)} is ${toPrintable(subject)} there, and not enrolled.`);
  const fields = { name: 'facestep try', scopes: ['verify'], expiresIn: tokenLifeSec };
  const client = await callServer('POST /generateToken', clientTokenReply, deps, fields);
  const stopped = deps.untilStopped().then(() => true);
  const visit = async (link: string): Promise<void> => {
    if (isDrawn) await Promise.race([sendDrawnPerson(link, deps), stopped]);
    else deps.print(`   Open this in a browser with a camera. It opens once:\n   ${link}`);
  };
  /** Polls until the step-up ends. A drawn face does not retry after a refusal. */
  const waitForEnd = async (id: string): Promise<StepUpReply> => {
    for (;;) {
      const view = await callServer(`GET /step-ups/${id}`, stepUpReply, deps, {}, client.token);
      if (isDrawn || (view.state !== 'started' && view.state !== 'captured')) return view;
      if (await Promise.race([stopped, delay(pollMs, false)])) return view;
    }
  };
  const go = async (title: string, started: Pick<InvitationReply, 'id' | 'url'>, done: string): Promise<boolean> => {
    deps.print(title);
    await visit(started.url);
    const { state, receipt } = await waitForEnd(started.id);
    deps.print(`   ${state === 'passed' ? done : (endings[state] ?? `It is still ${state}.`)}`);
    if (state === 'passed' && receipt !== null) deps.print('   The server signed a receipt for it.');
    return state === 'passed';
  };
  let isEnrolled = false;
  try {
    isEnrolled = await go(
      '1. The enrolment, on the capture page:',
      await callServer('POST /subjects/invite', invitationReply, deps, { ...who, lifeHours: 1 }),
      'Enrolled: the token is in the profile at the provider.',
    );
    const checked = { ...who, audience: 'facestep try' };
    return (
      isEnrolled &&
      (await go(
        '2. The face check of the same person:',
        await callServer('POST /step-ups', startedReply, deps, checked, client.token),
        'Passed.',
      ))
    );
  } finally {
    await callServer('POST /revokeToken', z.object({}), deps, { id: client.id });
    // Ends the link too, so that no one enrols by it after this command.
    if (isDrawn || !isEnrolled) await callServer('POST /subjects/revoke', z.object({}), deps, who);
    if (isDrawn) deps.print('Revoked the enrolment of the simulated person. To use your own face, add --camera.');
    else if (isEnrolled)
      deps.print(
        `The enrolment stays. To end it: facestep api POST /subjects/revoke connection=${connection} subject=${subject}`,
      );
    else deps.print('Revoked the link. The user is not enrolled.');
  }
}

const endings: Readonly<Record<string, string>> = {
  failed: 'Refused: the face could not be confirmed. Why: facestep why <connection> <user>.',
  expired: 'The check was not finished in time.',
  abandoned: 'The person cancelled.',
};

/** @throws UsageError if the user does not exist or is already enrolled */
async function findTestUser(
  { connection, login }: Pick<Trial, 'connection' | 'login'>,
  deps: CliDeps,
): Promise<string> {
  const { subjects } = await callServer('POST /subjects/export', exportAsSent, deps, { login });
  const found = subjects.find((each) => each.connection === connection);
  if (found === undefined)
    throw new UsageError(`the running server has no connection "${connection}". facestep reload loads it`);
  if (found.subject === null)
    throw new UsageError(
      found.code === 'subject_unknown'
        ? `no user at ${connection} has that name`
        : `${connection} did not respond: ${found.code}. Run “facestep doctor ${connection}”`,
    );
  if (found.held?.enrolment !== null)
    throw new UsageError(
      `this user is already enrolled. Choose a test user, or end the enrolment on the page of the user in the console`,
    );
  return found.subject;
}
