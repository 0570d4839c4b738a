import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConnectionsReply } from '../http/rest/replies/connections.js';
import type { CliDeps } from './deps.js';

const drawnPerson = fileURLToPath(new URL('../../examples/demo/drawn-person.js', import.meta.url));

const browserOf = ({ CHROMIUM_PATH }: CliDeps['env']): string => CHROMIUM_PATH || '/usr/bin/chromium';

export function findObstacle(
  { userSecret, referencePhoto }: ConnectionsReply['connections'][number]['policy'],
  env: CliDeps['env'],
): string | null {
  if (!existsSync(drawnPerson)) return 'A drawn person comes with a checkout of facestep alone.';
  if (!existsSync(browserOf(env)))
    return `A drawn person needs Chromium, and there is none at ${browserOf(env)}: CHROMIUM_PATH names another.`;
  if (userSecret !== 'none')
    return `The policy asks for a ${userSecret === 'pin' ? 'PIN' : 'passkey'} in addition to the face.`;
  return referencePhoto ? 'The policy asks for a photo of an identity document.' : null;
}

/** Time limit of a visit. Longer than a check takes even on a slow machine. */
const visitAtMostMs = 3 * 60_000;

/** Opens a link in a browser whose camera shows a drawn person, and gives up after three minutes. */
export async function sendDrawnPerson(link: string, { env }: Pick<CliDeps, 'env'>): Promise<void> {
  const child = spawn(process.execPath, [drawnPerson, browserOf(env), link], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env },
    timeout: visitAtMostMs,
  });
  await once(child, 'exit');
}
