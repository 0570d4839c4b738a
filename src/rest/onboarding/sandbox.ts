import type { OnboardingConfig } from '../../config/onboarding.js';
import type { Credential } from '../../core/concealed.js';
import { secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { type Client, issueClientToken, revokeClientToken } from '../client-tokens.js';
import type { Quota } from '../quota.js';
import { type ClientScope, defaultScopes } from '../scopes.js';
import { type AskingDeps, countChange } from './asking.js';
import { changeDeveloper, type Developer } from './developers.js';

/** Enough to try every call by hand. */
export const sandboxQuota = { perMinute: 30, perDay: 500 } as const;

/** What may be tried: nothing that tells of others. */
const sandboxScopes: readonly ClientScope[] = [...defaultScopes, 'score', 'content-key'];

/**
 * Issues the token that a developer tries calls with. They have one: the former ends. It is of the tenant of the sandbox, which no
 * other connection takes.
 * @throws FaceError `not_found`: there is no sandbox; `locked_out`, `state_unavailable`
 */
export async function issueSandboxToken(
  developer: Developer,
  deps: AskingDeps,
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

/** One that has expired is gone already. */
async function endSandboxToken(id: string, developer: Developer, deps: AskingDeps): Promise<void> {
  await revokeClientToken(id, developer, deps).catch((error: unknown) => {
    if (!(error instanceof FaceError) || error.code !== 'not_found') throw error;
  });
}

/**
 * What a client may use up: of its application, or of the developer who tries calls; `null`: it has no quota.
 */
export function quotaOf({ application, sandbox }: Client): Quota | null {
  if (sandbox !== null) return { id: `sandbox:${sandbox}`, ...sandboxQuota };
  return application;
}

/** A token to try calls with ends where its connection is the sandbox no longer: people may be real there now. @throws FaceError `caller_untrusted` */
export function checkSandbox({ sandbox, tenant }: Client, onboarding: OnboardingConfig): void {
  if (sandbox !== null && onboarding.sandbox !== tenant) throw new FaceError('caller_untrusted');
}
