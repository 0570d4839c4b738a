import type { Credential } from '../../core/concealed.js';
import type { Ports } from '../../core/deps.js';
import { secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { type Client, issueClientToken, revokeClientToken } from '../../http/rest/client-tokens.js';
import type { ApiPorts } from '../../http/rest/deps.js';
import { type ClientScope, defaultScopes } from '../../http/rest/scopes.js';
import { countChange } from './asking.js';
import { changeDeveloper, type Developer } from './developers.js';
import type { Settings } from './settings.js';

export const sandboxQuota = { perMinute: 30, perDay: 500 } as const;

/** Scopes that give no access to data of other people. */
const sandboxScopes: readonly ClientScope[] = [...defaultScopes, 'score', 'content-key'];

/**
 * Issues a developer's sandbox token and revokes the previous one. The token's tenant may use only the sandbox
 * connection.
 * @throws `not_found` if no sandbox is configured; `locked_out`
 */
export async function issueSandboxToken(
  developer: Developer,
  deps: ApiPorts<'state' | 'clock' | 'random' | 'audit' | 'settings'> & Settings,
): Promise<{ readonly credential: Credential; readonly client: Client }> {
  const { sandbox } = deps.onboarding;
  if (sandbox === null) throw new FaceError('not_found');
  await countChange(developer, deps);
  const request = { name: 'sandbox', tenant: sandbox, scopes: sandboxScopes, lifeSec: secondsPerDay };
  const issued = await issueClientToken({ ...request, application: null, sandbox: developer.id }, developer, deps);
  const { former } = await changeDeveloper(
    developer,
    (record) => ({ ...record, sandboxToken: issued.client.id }),
    deps,
  );
  if (former?.sandboxToken != null) await endSandboxToken(former.sandboxToken, developer, deps);
  return issued;
}

async function endSandboxToken(id: string, developer: Developer, deps: Ports<'state' | 'audit'>): Promise<void> {
  await revokeClientToken(id, developer, deps).catch((error: unknown) => {
    if (!(error instanceof FaceError) || error.code !== 'not_found') throw error;
  });
}
