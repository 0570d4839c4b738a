import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../core/connection.js';
import type { CliDeps } from './deps.js';

/** A program of a checkout, which no installation has: it draws a person, and drives a browser. */
const drawnPerson = fileURLToPath(new URL('../../examples/demo/drawn-person.js', import.meta.url));

const browserOf = ({ CHROMIUM_PATH }: CliDeps['env']): string => CHROMIUM_PATH || '/usr/bin/chromium';

/** Why a drawn person cannot go to the capture page of a connection; `null`: one can. */
export function findObstacle({ userSecret, referencePhoto }: Policy, env: CliDeps['env']): string | null {
  if (!existsSync(drawnPerson)) return 'A drawn person comes with a checkout of facestep alone.';
  if (!existsSync(browserOf(env)))
    return `A drawn person needs Chromium, and there is none at ${browserOf(env)}: CHROMIUM_PATH names another.`;
  if (userSecret !== 'none')
    return `The policy asks for a ${userSecret === 'pin' ? 'PIN' : 'passkey'} beside the face.`;
  return referencePhoto ? 'The policy asks for a photo of an identity document.' : null;
}

/** Sends a drawn person to a link. Settles when they are done, however that ended: the server knows. */
export async function sendDrawnPerson(link: string, { env }: Pick<CliDeps, 'env'>): Promise<void> {
  const child = spawn(process.execPath, [drawnPerson, browserOf(env), link], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env },
  });
  await once(child, 'exit');
}
