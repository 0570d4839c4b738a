import { z } from 'zod';
import {
  type Check,
  type Finding,
  fail,
  groupsAreReadable,
  noUserToTestWith,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { FaceError } from '../../src/errors.js';
import { createSendToOkta, type OktaProvisionDeps, type SendToOkta } from './client.js';
import { accessesOf, scopesOf } from './provision-access.js';

const refusalGuard = z.object({ status: z.number().nullish(), code: z.string().nullish() });

/** Okta's codes for an object or an API that the org lacks. */
const absentCodes: readonly string[] = ['E0000007', 'E0000022'];

interface Advice {
  readonly passed: string;
  readonly remedy: string;
  /** For calls that only test the access of provisioning: the scopes that their access token requests. */
  readonly requested?: readonly string[];
}

async function checkCall(send: SendToOkta, path: string, advice: Advice, deps: OktaProvisionDeps): Promise<Finding> {
  const isToken = deps.settings.okta.auth.kind === 'api_token';
  try {
    await send('GET', path);
    return pass(advice.passed);
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const { status, code } = refusalGuard.safeParse(error.detail).data ?? {};
    if (error.code !== 'provider_refused') {
      return typeof status === 'number'
        ? fail(`The org answers with the status ${status}`, 'Check https://status.okta.com, and try again later')
        : fail('The org does not answer', 'Check okta.orgUrl, and that this machine may reach it');
    }
    if (status === 401 && isToken) {
      return fail(
        'The API token is revoked or expired (401): Okta lets one lapse that is not used for 30 days',
        'Create one in Security > API > Tokens, and put it into okta.auth.token',
      );
    }
    if (status === 401 || code === 'invalid_client' || code === 'invalid_dpop_proof') {
      return fail(
        `Okta does not know the application or its key, or this machine's clock is wrong (${status})`,
        'Compare okta.auth.clientId, keyId and privateKey with Applications > the application > General, see that it is active, and keep the clock by NTP: what proves the application is good for 5 minutes',
      );
    }
    if (code === 'invalid_scope' && advice.requested !== undefined) {
      return fail(
        'The application lacks a scope, so Okta issues no access token (invalid_scope)',
        `Applications > the application > Okta API Scopes: grant ${advice.requested.join(', ')}`,
      );
    }
    // An org lacks the feature: the check that needs it reports that.
    if (status === 404 && absentCodes.includes(code ?? '') && advice.requested !== undefined)
      return pass(advice.passed);
    const judge = code !== 'E0000006' && advice.requested !== undefined ? warn : fail;
    return judge(`Okta refuses the call: ${JSON.stringify(error.detail)}`, advice.remedy);
  }
}

const usersGuard = z.array(z.object({ id: z.string() }));

export async function checkGroups(deps: OktaProvisionDeps): Promise<Finding> {
  const service = createSendToOkta(deps.settings.okta, deps.fetch);
  const [user] = parseAnswer(usersGuard, (await service('GET', '/api/v1/users?limit=1')).body);
  if (user === undefined) return noUserToTestWith;
  const advice = {
    passed: groupsAreReadable.found,
    remedy:
      'Grant okta.users.read to the application or token, with an administrator role that sees them and their groups',
  };
  return checkCall(service, `/api/v1/users/${user.id}/groups`, advice, deps);
}

export function createCredentialChecks(deps: OktaProvisionDeps): readonly Check[] {
  const service = createSendToOkta(deps.settings.okta, deps.fetch);
  const advice = {
    passed: 'The org answers, and lets the service read users',
    remedy:
      'Grant okta.users.read and okta.users.manage to the application, with an administrator role for these users',
  };
  const running: Check = {
    title: 'Credentials of the service',
    run: () => checkCall(service, '/api/v1/users?limit=1', advice, deps),
  };
  const commands = { title: 'Credentials of this command', needs: [running.title], run: () => checkCommand(deps) };
  return [running, commands];
}

/** Reads one object of each kind that provisioning changes, and names the scopes or the role that are missing. */
async function checkCommand(deps: OktaProvisionDeps): Promise<Finding> {
  const { settings, send } = deps;
  const isToken = settings.okta.auth.kind === 'api_token';
  const whose = isToken ? 'the user who created the API token' : 'the application (Admin roles > Edit assignments)';
  for (const { objects, path, role } of accessesOf(settings)) {
    const permission =
      role.kind === 'standard'
        ? `the standard role ${role.name}`
        : `a custom role with ${role.name}, for all ${objects}`;
    const advice = {
      passed: 'The org allows this command to read what it needs',
      remedy: `For ${objects}: assign ${permission} to ${whose}, for as long as doctor and provision run`,
      requested: scopesOf(settings),
    };
    const found = await checkCall(send, path, advice, deps);
    if (found.verdict !== 'pass') return found;
  }
  return pass('The org allows this command to read what it needs');
}
