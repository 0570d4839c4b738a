import { z } from 'zod';
import { discoveryCheck } from '../../src/connections/openid-provider.js';
import {
  type Check,
  checkingGroups,
  compareClocks,
  createPreviousSecretChecks,
  createStepChecks,
  type Finding,
  fail,
  groupsAreReadable,
  hooksAnswer,
  manual,
  needing,
  type ProvisionStep,
  pass,
  serverClock,
  warn,
} from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { nobody } from './profile.js';
import type { Parts } from './provision-account.js';
import { checkLog, isOurs } from './provision-hooks.js';
import { toTokenPath } from './recovery.js';
import { toAskMs } from './smart-hook.js';

/** Creates manual checks, because only OneLogin's console shows trusts. */
export function createTrustChecks({ deps }: Parts): readonly Check[] {
  const { settings } = deps;
  const client = settings.oidc?.clients.find((each) => each.kind === 'onelogin_factor');
  if (client === undefined) return [];
  const { host } = new URL(settings.onelogin.accountUrl);
  const elsewhere = client.redirectUris.filter((uri) => new URL(uri).host !== host);
  return [
    discoveryCheck(deps),
    {
      title: 'Redirect URIs of the trusted IdP',
      run: async () =>
        elsewhere.length === 0
          ? manual(
              `Responses go to ${client.redirectUris.join(', ')}.`,
              'Compare with the redirect URI on the page of the trusted IdP: every character counts.',
            )
          : warn(
              `${elsewhere.join(', ')} is not at ${host}.`,
              'Check that it is a domain of your account, because its owner receives the replies.',
            ),
    },
  ];
}

const credentials = 'API credentials';
const variablesTitle = 'Environment variables';
const hookTitle = 'Smart Hook pre-authentication';
const migrationTitle = 'Smart Hook user-migration';

export const createChecks = (steps: readonly ProvisionStep[], parts: Parts): readonly Check[] => [
  { title: credentials, run: () => checkCredentials(parts) },
  ...needing(
    [credentials],
    [
      { title: 'Clock', needs: [serverClock], run: () => checkClock(parts) },
      { title: 'Rate limit', run: () => checkRateLimit(parts) },
      ...checkingGroups(parts.deps, () => checkRoles(parts)),
      ...createStepChecks(steps).map((check) =>
        check.title === migrationTitle ? { ...check, run: () => checkMigration(check, parts) } : check,
      ),
      { title: `Log of the ${hookTitle}`, needs: [variablesTitle, hookTitle], run: () => checkLog(parts) },
      { title: `Face policy ${parts.onelogin.facePolicyId}`, run: () => checkPolicy(parts) },
      ...createRecoveryChecks(parts),
    ],
  ),
  ...createTrustChecks(parts),
  ...createPreviousSecretChecks(parts.onelogin.hooks.previousSecret, 'onelogin.hooks.previousSecret'),
  { title: 'Time budget', needs: [hooksAnswer], run: () => checkTime(parts) },
  { title: 'Ways in without the Smart Hook', run: async () => otherWays },
];

const limitsGuard = z.object({
  data: z.object({ 'X-RateLimit-Limit': z.number(), 'X-RateLimit-Remaining': z.number() }),
});
/** Signed requests whose time differs by more than this are refused. */
const greatestSkewSec = 300;
const refusedTokenGuard = z.object({ call: z.literal('token'), status: z.number() });

const manageAll = 'Use an API credential with the scope Manage All, whose creator is still a user of the account.';

async function checkCredentials({ api }: Parts): Promise<Finding> {
  const answer = await api.call('GET', '/api/2/hooks?limit=1').then(
    ({ status }) => ({ call: 'hooks', status }) as const,
    (error: unknown) => {
      const { data } = refusedTokenGuard.safeParse(error instanceof FaceError ? error.detail : null);
      if (data === undefined) throw error;
      return data;
    },
  );
  if (answer.call === 'token') return fail(toRefusedToken(answer.status), manageAll);
  if (answer.status === 401)
    return fail('OneLogin refuses their access token (401): the credentials are revoked.', manageAll);
  if (answer.status === 403) return fail('They may not read Smart Hooks (403): the scope is wrong.', manageAll);
  if (answer.status !== 200) return fail(`OneLogin answered with status ${answer.status}.`, manageAll);
  return pass('OneLogin accepts them, also for Smart Hooks.');
}

async function checkClock({ api, deps }: Parts): Promise<Finding> {
  const { headers } = await api.call('GET', '/auth/rate_limit');
  return compareClocks({ here: deps.clock.now(), date: headers.get('date'), whose: 'OneLogin' }, greatestSkewSec);
}

async function checkRateLimit({ api }: Parts): Promise<Finding> {
  const limits = limitsGuard.safeParse((await api.call('GET', '/auth/rate_limit')).body);
  if (!limits.success) return manual('OneLogin did not return the rate limit.', 'Look it up in the account.');
  const { 'X-RateLimit-Limit': limit, 'X-RateLimit-Remaining': remaining } = limits.data.data;
  const found = `${remaining} of ${limit} calls are left in this hour.`;
  const remedy = 'Check which other programs use the API: enrolments and step-ups fail if no calls are left.';
  return remaining < limit / 10 ? warn(found, remedy) : pass(found);
}

function toRefusedToken(status: number): string {
  if (status === 401) return 'OneLogin refuses the client id or the client secret (401): wrong, or deleted.';
  if (status === 500)
    return 'OneLogin fails to issue an access token (500): the user who created the credentials may be deleted.';
  return `OneLogin issues no access token for them (status ${status}).`;
}

async function checkRoles({ api }: Parts): Promise<Finding> {
  const { status } = await api.call('GET', '/api/2/roles?limit=1');
  if (status === 200) return groupsAreReadable;
  return fail(`OneLogin shows no roles (${status}), so no user can act for an organization.`, manageAll);
}

const createRecoveryChecks = (parts: Parts): readonly Check[] =>
  parts.deps.settings.recovery.mode === 'off'
    ? []
    : [{ title: 'Account recovery: permissions', run: () => checkRecovery(parts) }];

/** Asks for a token of a user that does not exist, with a lifetime that OneLogin refuses. */
async function checkRecovery({ api }: Parts): Promise<Finding> {
  const { status } = await api.call('POST', toTokenPath(nobody.id), { expires_in: 0, reusable: false });
  if (status === 401 || status === 403) {
    return fail(`They may not issue MFA tokens (${status}), so no account can be recovered.`, manageAll);
  }
  if (status === 404) return pass('They may issue MFA tokens.');
  return manual(
    `It is not known if they may issue MFA tokens: OneLogin answered with status ${status}.`,
    'Recover the account of a test user.',
  );
}

/** Passes if OneLogin migrates no user. Only warns of a hook of another origin, which may be intended. */
async function checkMigration(check: Check, parts: Parts): Promise<Finding> {
  const hook = await parts.account.findHook('user-migration');
  if (hook === null || hook.disabled) return pass('None runs, so no user is migrated.');
  const finding = await check.run();
  if (isOurs(hook, parts)) return finding;
  return warn(`${finding.found} Users are migrated without a face check.`, finding.remedy);
}

const policyGuard = z.object({
  kind: z.string().nullish(),
  otp_auth_enabled: z.boolean(),
  preferred_auth_state_machine: z.number().nullish(),
  otp_trigger_condition: z.number().nullish(),
  otp_config: z.number().nullish(),
});

/** OneLogin's value for a login flow with a factor and no password. */
const withoutPassword = 3;

/**
 * Checks the face policy. OneLogin does not document this API call; if the call fails, the check is
 * manual.
 */
async function checkPolicy({ onelogin: { facePolicyId }, api }: Parts): Promise<Finding> {
  const remedy = `Security > Policies > ${facePolicyId}: require the password, then only the face check, of all users, at every login.`;
  const { status, body } = await api.call('GET', `/api/2/policies/${facePolicyId}`);
  const policy = policyGuard.safeParse(body);
  if (status !== 200 || !policy.success) return manual('It cannot be read from here.', remedy);
  const { kind, otp_auth_enabled, otp_trigger_condition, otp_config, preferred_auth_state_machine } = policy.data;
  if (kind === 'app') return fail('It is a policy for applications, not for users.', remedy);
  if (!otp_auth_enabled) return fail('It requires no factor besides the password.', remedy);
  if (preferred_auth_state_machine === withoutPassword) return fail('It requires no password, only a factor.', remedy);
  if ((otp_trigger_condition ?? 0) !== 0) return warn('It does not ask known browsers for the factor.', remedy);
  if ((otp_config ?? 2) !== 2) return warn('It does not ask every user for the factor.', remedy);
  return manual('It requires a factor at every login. OneLogin does not return which one.', remedy);
}

async function checkTime({ deps, onelogin }: Parts): Promise<Finding> {
  const patienceMs = toAskMs('pre-authentication', onelogin);
  const url = `${deps.publicUrl}/hooks/${deps.settings.id}/pre-authentication`;
  const began = deps.clock.now();
  // This request is unsigned and thus refused. It only measures the round trip.
  const status = await deps
    .fetch(url, { method: 'POST', body: '{}', redirect: 'error', signal: AbortSignal.timeout(10_000) })
    .then((response) => response.status)
    .catch(() => null);
  const tookMs = deps.clock.now() - began;
  if (status !== 401) {
    const found = status === null ? 'no answer' : `status ${status}`;
    return fail(`An unsigned call got ${found}, not 401.`, 'Check publicUrl, and that the server runs.');
  }
  const found = `An answer took ${tookMs} ms from here; the Smart Hook waits for ${patienceMs} ms.`;
  if (tookMs <= patienceMs / 2) return pass(found);
  return warn(found, 'Raise timeoutSec, or move this server closer to OneLogin.');
}

const otherWays = manual(
  'OneLogin runs the hook for sign-ins on its pages. Its documentation does not mention the login API, RADIUS or desktops.',
  'Turn off unused ways to sign in, and test the others.',
);
