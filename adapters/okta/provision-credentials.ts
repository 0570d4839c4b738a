import { z } from 'zod';
import {
  type Check,
  type Finding,
  fail,
  groupsAreReadable,
  noUserToTestWith,
  pass,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import { FaceError } from '../../src/errors.js';
import { createSendToOkta, type OktaProvisionDeps, type SendToOkta } from './client.js';

const refusalGuard = z.object({ status: z.number().nullish(), code: z.string().nullish() });

interface Advice {
  readonly passed: string;
  readonly scopes: string;
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
    return fail(`Okta refuses the call: ${JSON.stringify(error.detail)}`, advice.scopes);
  }
}

const usersGuard = z.array(z.object({ id: z.string() }));

export async function checkGroups(deps: OktaProvisionDeps): Promise<Finding> {
  const service = createSendToOkta(deps.settings.okta, deps.fetch);
  const [user] = parseAnswer(usersGuard, (await service('GET', '/api/v1/users?limit=1')).body);
  if (user === undefined) return noUserToTestWith;
  const advice = {
    passed: groupsAreReadable.found,
    scopes:
      'Grant okta.users.read to the application or token, with an administrator role that sees them and their groups',
  };
  return checkCall(service, `/api/v1/users/${user.id}/groups`, advice, deps);
}

export function createCredentialChecks(deps: OktaProvisionDeps): readonly Check[] {
  const service = createSendToOkta(deps.settings.okta, deps.fetch);
  const advice = {
    passed: 'The org answers, and lets the service read users',
    scopes:
      'Grant okta.users.read and okta.users.manage to the application, with an administrator role for these users',
  };
  const running: Check = {
    title: 'Credentials of the service',
    run: () => checkCall(service, '/api/v1/users?limit=1', advice, deps),
  };
  if (deps.settings.okta.auth.kind === 'api_token') return [running];
  const commands: Check = {
    title: 'Credentials of this command',
    run: () =>
      checkCall(
        deps.send,
        '/api/v1/meta/schemas/user/default',
        {
          passed: 'The org allows this command to read what it needs',
          scopes: 'Grant the application the scopes that the README names, for as long as doctor and provision run',
        },
        deps,
      ),
  };
  return [running, commands];
}
