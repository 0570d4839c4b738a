import type { ExplicitAuthFlowsType, UserPoolClientType } from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import {
  type Check,
  compareClocks,
  type Finding,
  fail,
  groupsAreReadable,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import type { Ports } from '../../src/core/deps.js';
import type { Clock } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';
import { readGroupPage } from './profile.js';
import type { Administration } from './provision-pool.js';
import { flowsOf, nameOf } from './provision-steps.js';
import { regionOf } from './trigger-settings.js';

type Settings = CognitoConnection['cognito'];

export const warnOfPoolId = ({ userPoolId }: Settings): Finding =>
  warn(
    `${userPoolId} does not begin with a region of AWS. Requests are signed for the region “${regionOf(userPoolId)}”.`,
    'At AWS the id is <region>_<id>, such as eu-central-1_AbCdEfGhI: check cognito.userPoolId. For an emulator, set cognito.endpoint.',
  );

export async function checkCredentials(pool: Administration): Promise<Finding> {
  try {
    await pool.describePool();
    return pass('The credentials may describe the user pool.');
  } catch (error) {
    if (!(error instanceof FaceError) || error.code !== 'provider_refused') throw error;
    return toRefusedCredentials(z.object({ code: z.string().nullable() }).safeParse(error.detail).data?.code ?? null);
  }
}

const credentialFaults: Readonly<Record<string, string>> = {
  InvalidSignatureException: 'the secret access key is not that of the access key, or the clock of this machine is off',
  SignatureDoesNotMatch: 'the secret access key is not that of the access key, or the clock of this machine is off',
  UnrecognizedClientException: 'the access key does not exist: it is wrong, inactive or deleted',
  InvalidClientTokenId: 'the access key does not exist: it is wrong, inactive or deleted',
  ExpiredTokenException: 'the temporary credentials have expired',
  ExpiredToken: 'the temporary credentials have expired',
  AccessDeniedException: 'a permission is missing',
  ResourceNotFoundException: 'the user pool does not exist in that region and account',
};

function toRefusedCredentials(code: string | null): Finding {
  const fault = credentialFaults[code ?? ''];
  return fail(
    `Cognito refused to describe the user pool: ${fault ?? 'no reason given'} (${code ?? 'no code'}).`,
    'Check cognito.credentials, the region and the id of the pool, and the permissions that adapters/cognito/README.md lists.',
  );
}

/** AWS accepts signed requests whose time differs by up to five minutes. */
const greatestSkewSec = 300;

export async function checkClock(pool: Administration, clock: Clock, dateOf: () => string): Promise<Finding> {
  await pool.describePool().catch(() => undefined);
  return compareClocks({ here: clock.now(), date: dateOf(), whose: 'Cognito' }, greatestSkewSec);
}

const nobody = 'facestep-doctor';

export async function checkGroups(settings: Settings, { fetch }: Ports<'fetch'>): Promise<Finding> {
  const pool = { UserPoolId: settings.userPoolId, client: createCognitoClient(settings, { fetch }) };
  const { code, status } = await readGroupPage(nobody, null, pool).then(
    () => ({ code: null, status: 200 }),
    toServiceFailure,
  );
  if (status === 200 || code === 'UserNotFoundException') return groupsAreReadable;
  return code === 'AccessDeniedException'
    ? fail(
        'The credentials may not read users’ groups, so no user can act for an organization.',
        'Allow cognito-idp:AdminListGroupsForUser on the user pool.',
      )
    : fail(`Cognito answers with status ${status} (${code ?? 'no code'}).`, 'Try again later.');
}

const bypasses: readonly ExplicitAuthFlowsType[] = [
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_AUTH',
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ADMIN_NO_SRP_AUTH',
  'USER_PASSWORD_AUTH',
];

/** Checks that an app client requires the face challenge and offers no other sign-in. */
export function clientChecks(clientId: string, { policy }: CognitoConnection, pool: Administration): Check[] {
  // If the policy does not deny unverified sign-ins, the application checks the face claim itself. A sign-in that skips
  // the face check then has no claim.
  const bypassed = policy.mode === 'enforce' && policy.whenUnverified === 'deny' ? fail : warn;
  const check = (title: string, find: (client: UserPoolClientType) => Finding): Check => ({
    title: `App client ${clientId}: ${title}`,
    run: async () => find(await pool.describeClient(clientId)),
  });
  return [
    check('no way around the face', (client) => {
      const open = [
        ...flowsOf(client).filter((flow) => bypasses.includes(flow)),
        ...(client.AllowedOAuthFlowsUserPoolClient === true ? ['managed login'] : []),
      ];
      if (open.length === 0) return pass('It allows only custom authentication and refreshes.');
      return bypassed(
        `Users get tokens without a face check, and without the claim, by: ${open.join(', ')}.`,
        'Allow only ALLOW_CUSTOM_AUTH and ALLOW_REFRESH_TOKEN_AUTH on this app client, without managed login. Or let the application require the claim face_verified.',
      );
    }),
    check('unknown users', ({ PreventUserExistenceErrors }) =>
      PreventUserExistenceErrors === 'ENABLED'
        ? pass('Cognito’s replies do not reveal which users exist.')
        : warn('Cognito’s replies reveal which users exist.', 'Set PreventUserExistenceErrors to ENABLED.'),
    ),
    check('time for the face', ({ AuthSessionValidity = 3 }) =>
      AuthSessionValidity * 60 >= policy.stepUpTimeoutSec
        ? pass(`The sign-in waits ${AuthSessionValidity} minutes.`)
        : warn(
            `The sign-in waits ${AuthSessionValidity} minutes, the camera ${policy.stepUpTimeoutSec} seconds: a slower user has to start again.`,
            'Raise AuthSessionValidity (15 at most), or lower policy.stepUpTimeoutSec.',
          ),
    ),
  ];
}

/** Warns of a face as the only factor. The configuration refuses weak liveness. */
export function checkPasswordless({ policy }: CognitoConnection): Finding {
  const active = policy.mode === 'shadow' ? ' In shadow mode, the functions refuse them.' : '';
  return policy.userSecret === 'passkey'
    ? pass(`They need a face and a passkey.${active}`)
    : warn(
        `They need a face and nothing else. A biometric alone is not an authenticator (NIST SP 800-63B-4).${active}`,
        'Set policy.userSecret to "passkey", or cognito.passwordless to false.',
      );
}

export async function checkOtherClients({ clientIds }: Settings, pool: Administration): Promise<Finding> {
  const others = (await pool.describeClients()).filter(({ ClientId = '' }) => !clientIds.includes(ClientId));
  if (others.length === 0) return pass('There are none.');
  return warn(
    `Their users get no face check: ${others.map(nameOf).join(', ')}.`,
    'Add them to cognito.clientIds, or make sure that no application accepts their tokens as proof of a face check.',
  );
}
