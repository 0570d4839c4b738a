import { z } from 'zod';
import {
  type Check,
  checkingGroups,
  compareClocks,
  createStepChecks,
  type Finding,
  fail,
  groupsAreReadable,
  manual,
  needing,
  type ProvisionStep,
  pass,
  publishedKeysTitle,
  serverClock,
  warn,
} from '../../src/connections/provisioning.js';
import { FaceError } from '../../src/errors.js';
import { extensionTitleOf } from './provision-directory.js';
import { findExtension, findFaults, type HookName, hooksOf } from './provision-events.js';
import type { EntraProvisionDeps } from './provision-graph.js';
import { createRecoveryChecks } from './provision-recovery.js';

const greatestSkewSec = 30;

const slowKeysMs = 700;

const apply = 'Run facestep provision for this connection with --apply';

export const credentials = 'Credentials of the service';

export function createChecks(steps: readonly ProvisionStep[], deps: EntraProvisionDeps): readonly Check[] {
  const extension = extensionTitleOf(deps);
  return [
    { title: credentials, run: () => checkCredentials(deps) },
    { title: 'Clocks', needs: [credentials, serverClock], run: () => checkClocks(deps) },
    { title: 'Keys that authenticate callers', needs: [credentials], run: () => checkTenantKeys(deps) },
    ...needing(
      [credentials],
      checkingGroups(deps, () => checkGroups(deps)),
    ),
    ...createStepChecks(steps).map((check) => ({
      ...check,
      needs: [credentials, ...(check.title === extension ? [] : [publishedKeysTitle]), ...(check.needs ?? [])],
      run: () => check.run().catch(toUnseen),
    })),
    ...hooksOf(deps).map((hook) => ({
      title: `Entra finds nothing wrong with ${hook}`,
      needs: steps.map(({ title }) => title),
      run: () => checkRegistration(hook, deps),
    })),
    ...(deps.settings.policy.photo?.source === 'provider'
      ? [{ title: 'Photos of users', needs: [credentials], run: () => checkPhotos(deps) }]
      : []),
    ...createRecoveryChecks(deps, [credentials]),
    { title: 'Access to the directory extension', run: async () => checkAttributeRights(deps) },
    { title: 'Tokens without the claims', run: async () => checkBypasses(deps) },
    { title: 'Entra when this server is down', run: async () => failsClosed },
  ];
}

const nobodysId = '00000000-0000-0000-0000-000000000000';
const nobody = `/users/${nobodysId}?$select=id`;

const tokenRefusals: Readonly<Record<string, readonly [found: string, remedy: string]>> = {
  AADSTS7000222: [
    'The client secret has expired',
    'Certificates & secrets > New client secret, then copy it to entra.auth',
  ],
  AADSTS7000215: [
    'The client secret does not belong to the application: it was deleted or mistyped',
    'Certificates & secrets > New client secret, then copy its value (not its id) to entra.auth',
  ],
  AADSTS700027: [
    'The certificate does not belong to the application: it was deleted or never uploaded',
    'Certificates & secrets > Upload the certificate of entra.auth',
  ],
  AADSTS700024: [
    'The clock of this machine is wrong, so Entra ID rejects the signed proof of the certificate as expired or not yet valid',
    'Synchronize the clock of this machine by NTP: the proof is valid for 10 minutes',
  ],
  AADSTS700016: [
    'The application does not exist in this tenant',
    'Check entra.clientId and entra.tenantId, and that the application was not deleted',
  ],
  AADSTS7000229: [
    'The application has no service principal in this tenant',
    'Ask an administrator of the tenant to consent to it',
  ],
  AADSTS90002: ['The tenant does not exist', 'Check entra.tenantId, and entra.cloud'],
};

async function checkCredentials({ send }: EntraProvisionDeps): Promise<Finding> {
  try {
    const { status } = await send({ method: 'GET', path: nobody });
    if (status === 404) return pass('Graph responds, and the service may read users');
    if (status === 401 || status === 403) {
      return fail(
        'The service may not read users in Graph',
        'Grant User.ReadWrite.All to the application, with admin consent',
      );
    }
    return fail(`Graph answers with status ${status}`, 'Try again later');
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    const number = numberGuard.safeParse(error.detail);
    if (!number.success) return fail('Graph cannot be reached from here', 'Check the network, and entra.cloud');
    const [found, remedy] = tokenRefusals[number.data.number] ?? [
      'Entra issues no token to the application',
      'Check entra.tenantId, entra.clientId and entra.auth: a secret or certificate may have expired',
    ];
    return fail(`${found} (${number.data.number})`, remedy);
  }
}

const photoSettingsGuard = z.object({ source: z.string().nullish(), allowedRoles: z.array(z.string()).nullish() });

/**
 * Reads whether users may change the photo that enrolments are compared with. These settings exist in the beta version
 * of Graph only.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/photoupdatesettings
 */
async function checkPhotos({ send, settings }: EntraProvisionDeps): Promise<Finding> {
  const { status } = await send({ method: 'GET', path: `/users/${nobodysId}/photo/$value` });
  if (status === 401 || status === 403)
    return fail(
      'The service may not read photos, so no one can enrol',
      'Grant ProfilePhoto.Read.All to the application, with admin consent',
    );
  const reply = await send({ method: 'GET', path: `${settings.entra.graph}/beta/admin/people/photoUpdateSettings` });
  const { data } = photoSettingsGuard.safeParse(reply.body);
  const remedy =
    'A photo that its owner can change proves nothing. Let administrators alone change photos (photoUpdateSettings: allowedRoles), or compare with a badge system';
  if (reply.status !== 200 || data === undefined)
    return warn(
      `Not known whether users may change their photo: Graph answers with status ${reply.status}`,
      `Grant PeopleSettings.Read.All to the application, with admin consent. ${remedy}`,
    );
  if (data.source === 'onPremises') return pass('Photos come from the on-premises directory alone');
  const roles = data.allowedRoles?.length ?? 0;
  if (roles > 0) return pass(`Only ${roles === 1 ? 'one role' : `${roles} roles`} may change photos`);
  return warn('Users may change their own photo', remedy);
}

/**
 * Checks that the service can read groups. With permissions for users alone, Graph returns only the ids of groups.
 * @see
 * https://learn.microsoft.com/en-us/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
async function checkGroups({ send }: EntraProvisionDeps): Promise<Finding> {
  const { status } = await send({ method: 'GET', path: '/groups?$select=id&$top=1' });
  if (status === 200) return groupsAreReadable;
  if (status === 401 || status === 403) {
    return fail(
      'Graph returns only the IDs of groups, so roles by group name give no user the right to act for an organization',
      'Grant GroupMember.Read.All to the application, with admin consent',
    );
  }
  return fail(`Graph answers with status ${status}`, 'Try again later');
}

const numberGuard = z.object({ number: z.string() });

async function checkClocks({ send, clock }: EntraProvisionDeps): Promise<Finding> {
  const { headers } = await send({ method: 'GET', path: nobody });
  return compareClocks({ here: clock.now(), date: headers.get('date'), whose: 'Microsoft Graph' }, greatestSkewSec);
}

const metadataGuard = z.object({ jwks_uri: z.string() });
const keysGuard = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

async function checkTenantKeys({ settings, fetch, clock }: EntraProvisionDeps): Promise<Finding> {
  const { login, hooks } = settings.entra;
  let slowestMs = 0;
  for (const tenantId of hooks.tenants) {
    const startedAt = clock.now();
    try {
      const read = async (url: string): Promise<unknown> =>
        (await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) })).json();
      const metadata = await read(`${login}/${tenantId}/v2.0/.well-known/openid-configuration`);
      keysGuard.parse(await read(metadataGuard.parse(metadata).jwks_uri));
    } catch {
      return fail(
        `The keys of tenant ${tenantId} cannot be fetched from ${login}`,
        'Check the tenant id, entra.externalDomain for an external tenant, and that this server may call that host',
      );
    }
    slowestMs = Math.max(slowestMs, clock.now() - startedAt);
  }
  return slowestMs <= slowKeysMs
    ? pass('The keys of every tenant can be fetched in time')
    : warn(
        `Metadata and keys of a tenant take ${slowestMs} ms`,
        `After a start, or a day without calls, a call waits up to ${slowKeysMs} ms for the keys; after that, whenUnavailable applies. Check the network between this server and ${login}`,
      );
}

const deniedGuard = z.object({ status: z.literal([401, 403]), call: z.string().catch('') });

/** Permissions to read the objects of provisioning, by a part of the call's path. */
const permissions = [
  ['/authenticationEvent', 'EventListener.ReadWrite.All'],
  ['/customAuthenticationExtensions', 'CustomAuthenticationExtension.ReadWrite.All'],
  ['/claimsMappingPolicies', 'Policy.ReadWrite.ApplicationConfiguration'],
  ['/authenticationMethodsPolicy', 'Policy.ReadWrite.AuthenticationMethod'],
] as const;

/** A missing permission for a check is only a warning, because the service itself works with fewer permissions. */
function toUnseen(error: unknown): Finding {
  const denied = error instanceof FaceError ? deniedGuard.safeParse(error.detail).data : undefined;
  if (denied === undefined) throw error;
  const [, permission] = permissions.find(([part]) => denied.call.includes(part)) ?? [];
  return warn(
    'The credentials of the service may not read this',
    `Grant ${permission ?? 'the permissions of provisioning'} (adapters/entra/README.md) while you check, or look in the console`,
  );
}

async function checkRegistration(hook: HookName, deps: EntraProvisionDeps): Promise<Finding> {
  try {
    const extension = await findExtension(hook, deps);
    if (extension === null) return fail('The hook has no extension', apply);
    const { errors, warnings } = await findFaults(extension, deps);
    const codes = [...errors, ...warnings];
    return codes.length === 0 ? pass('Its registration is valid') : fail(`Entra reports: ${codes.join(', ')}`, apply);
  } catch (error) {
    return toUnseen(error);
  }
}

const checkAttributeRights = ({ settings }: EntraProvisionDeps): Finding =>
  manual(
    'Graph does not report which applications may write it. A directory extension holds 256 characters, and anyone who can read a user can read it',
    `Do not add ${settings.entra.attribute} to a user flow or profile page, and do not give applications a delegated permission to write users. A token is sealed for its user: copied to another user, it matches no face`,
  );

function checkBypasses({ settings }: EntraProvisionDeps): Finding {
  const { clientApps } = settings.entra.hooks;
  if (clientApps.length === 0) {
    return fail(
      'No application requests the claims',
      'List applications in entra.hooks.clientApps and provision again',
    );
  }
  return manual(
    `Tokens of ${clientApps.length === 1 ? 'one application' : `${clientApps.length} applications`} get the claims; no other tokens do`,
    'The claims depend on the application that the token is for: list the API for access tokens and the client for ID tokens. Each must refuse tokens without face_verified "true"',
  );
}

const failsClosed: Finding = warn(
  'Entra issues no token to the listed applications while this server does not respond: no user can sign in to them',
  'Run at least two servers. In an emergency, remove the application from the custom claims provider in the console',
);
