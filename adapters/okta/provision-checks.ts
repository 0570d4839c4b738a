import { z } from 'zod';
import { discoveryCheck } from '../../src/connections/openid-provider.js';
import {
  acceptedCallsTitle,
  type Check,
  checkingGroups,
  compareClocks,
  createPreviousSecretChecks,
  createStepChecks,
  type Finding,
  fail,
  manual,
  needing,
  type ProvisionStep,
  pass,
  serverClock,
  warn,
} from '../../src/connections/provisioning.js';
import { toIso } from '../../src/core/units.js';
import { FaceError, type Json } from '../../src/errors.js';
import { listAll, type OktaProvisionDeps } from './client.js';
import type { OktaClient } from './config.js';
import { checkGroups, createCredentialChecks } from './provision-credentials.js';
import { findInlineHook, type InlineHookName, toHookName, toHookTitle, uriOf } from './provision-hooks.js';
import { createRecoveryChecks } from './provision-recovery.js';
import { listTokenRules, readTokenHook } from './provision-rules.js';
import { faceClaim } from './schema.js';

/** Returns the clients to which Okta redirects users: as a factor, or to verify their identity. */
export const clientsOf = ({ settings }: Pick<OktaProvisionDeps, 'settings'>): OktaClient[] =>
  (settings.oidc?.clients ?? []).filter((client) => client.kind === 'okta_factor' || client.kind === 'okta_idv');

/**
 * Checks that a redirect URI has the org's own domain. Okta returns users to the domain where their sign-in started.
 */
function checkRedirectUris({ redirectUris }: OktaClient, { settings }: OktaProvisionDeps): Finding {
  const { orgUrl } = settings.okta;
  return redirectUris.some((uri) => uri.startsWith(`${orgUrl}/`))
    ? pass(`Responses go to ${redirectUris.join(', ')}`)
    : fail(`None of ${redirectUris.join(', ')} is at ${orgUrl}`, `Add ${orgUrl} to orgUrls of this client`);
}

/** Hooks refuse events whose time differs by more than this. */
const greatestSkewSec = 300;

/** Answers slower than this cause a warning. Okta waits 3 s, transport included. */
const slowMs = 1_500;

const provisionAgain = 'Run facestep provision for this connection';

/** Returns the inline hooks that the configuration serves. */
export function inlineHooksOf({ settings: { okta } }: Pick<OktaProvisionDeps, 'settings'>): InlineHookName[] {
  const { registration, saml } = okta.provision;
  return [
    'token',
    ...(registration === undefined ? [] : (['registration'] as const)),
    ...(saml ? (['saml'] as const) : []),
    ...(okta.passwordImport === undefined ? [] : (['password-import'] as const)),
  ];
}

export function createChecks(steps: readonly ProvisionStep[], deps: OktaProvisionDeps): readonly Check[] {
  const credentials = createCredentialChecks(deps);
  const tokenHook = toHookTitle('token');
  const clients = clientsOf(deps);
  return [
    ...credentials,
    ...needing(
      credentials.map(({ title }) => title),
      [
        { title: 'Clocks', needs: [serverClock], run: () => checkClocks(deps) },
        ...createStepChecks(steps),
        {
          title: 'Okta calls the token hook, and gets a response in time',
          needs: [tokenHook, acceptedCallsTitle],
          fixedBy: tokenHook,
          run: () => checkTokenHookAnswers(deps),
        },
        {
          title: 'Rules that mint tokens without the hook',
          needs: [tokenHook],
          run: () => checkRules(deps),
        },
        { title: 'Claims configured by hand', run: () => checkClaims(deps) },
        ...checkingGroups(deps, () => checkGroups(deps)),
        ...createRecoveryChecks(deps),
      ],
    ),
    ...(clients.length === 0 ? [] : [discoveryCheck(deps)]),
    ...clients.map((client) => ({
      title: `${client.kind}: redirect URIs`,
      run: async () => checkRedirectUris(client, deps),
    })),
    ...createPreviousSecretChecks(deps.settings.okta.hooks.previousSecret, 'okta.hooks.previousSecret'),
    { title: 'Profiles of deactivated users', run: async () => deactivatedUsers },
    { title: 'Okta when this server is down', run: async () => failsOpen },
  ];
}

async function checkClocks({ send, clock }: OktaProvisionDeps): Promise<Finding> {
  const { headers } = await send('GET', '/api/v1/meta/schemas/user/default');
  return compareClocks({ here: clock.now(), date: headers.get('date'), whose: 'Okta' }, greatestSkewSec);
}

const executedGuard = z.object({ commands: z.array(z.unknown()) });

/**
 * Makes Okta call the token hook as for a client without a user, with the secret that Okta stored. Nothing is changed.
 */
async function checkTokenHookAnswers(deps: OktaProvisionDeps): Promise<Finding> {
  const { ours } = await findInlineHook('token', deps);
  if (ours === null) return fail('It is not registered', provisionAgain);
  const startedAt = deps.clock.now();
  try {
    const { body } = await deps.send('POST', `/api/v1/inlineHooks/${ours.id}/execute`, toPreview(deps));
    const tookMs = deps.clock.now() - startedAt;
    if (!executedGuard.safeParse(body).success) {
      return fail('Okta does not get the response of this service', 'Check the proxy of this service');
    }
    const found = `Okta got its answer; its API call took ${tookMs} ms in all`;
    return tookMs > slowMs ? warn(found, 'Okta waits 3 s: move this service closer to the org') : pass(found);
  } catch (error) {
    if (!(error instanceof FaceError && error.code === 'provider_refused')) throw error;
    return fail(
      `Okta did not get an accepted response: ${JSON.stringify(error.detail)}`,
      `Set the secret of "${ours.name}" in Workflow > Inline Hooks to the configured one, and check that Okta reaches ${uriOf(deps, 'token')}`,
    );
  }
}

const toPreview = ({ clock, random, publicUrl }: OktaProvisionDeps): Json => ({
  eventId: Buffer.from(random(16)).toString('base64url'),
  eventTime: toIso(clock.now()),
  eventType: 'com.okta.oauth2.tokens.transform',
  eventTypeVersion: '1.0',
  cloudEventVersion: '0.1',
  contentType: 'application/json',
  source: publicUrl,
  data: {
    context: { protocol: { type: 'OAUTH2.0', request: { grant_type: 'client_credentials' } } },
    access: { claims: { sub: 'facestep-doctor' }, token: { lifetime: { expiration: 3600 } }, scopes: {} },
  },
});

async function checkRules(deps: OktaProvisionDeps): Promise<Finding> {
  const { ours, others } = await findInlineHook('token', deps);
  const rules = await listTokenRules(deps);
  const hooked = rules.filter(({ rule }) => ours !== null && readTokenHook(rule.actions) === ours.id);
  const bare = rules
    .filter((each) => !hooked.includes(each))
    .map(({ rule: { id, name, actions } }) => {
      const other = others.find((hook) => hook.id === readTokenHook(actions));
      return `"${name ?? id}"${other === undefined ? '' : ` (which asks ${toHookName(other)})`}`;
    });
  if (hooked.length === 0) {
    return fail(`The token hook is assigned to no active rule. Active rules: ${bare.join(', ')}`, provisionAgain);
  }
  return bare.length === 0
    ? pass('The token hook is assigned to every rule of the authorization server')
    : warn(
        `Tokens minted by ${bare.join(', ')} have no face claim`,
        'Assign the hook to these rules too, or make sure that they do not apply to applications that need the claim',
      );
}

const claimGuard = z.object({ name: z.string() });

async function checkClaims({ settings, send }: OktaProvisionDeps): Promise<Finding> {
  const server = settings.okta.provision.authorizationServerId;
  const claims = await listAll(claimGuard, `/api/v1/authorizationServers/${server}/claims`, send);
  return claims.some(({ name }) => name === faceClaim)
    ? fail(
        `The authorization server sets ${faceClaim} itself: during an outage, tokens without a face check contain it`,
        `Delete that claim in Security > API > Authorization Servers > ${server} > Claims`,
      )
    : pass(`Nothing but the hook sets ${faceClaim}`);
}

const deactivatedUsers = manual(
  'Okta does not allow changes to a deactivated user. The token is revoked, but stays in the profile',
  'Directory > People > More actions > Edit Deactivated User Profile Updates: allow updates to deactivated users',
);

const failsOpen = warn(
  'If this server does not respond within 3 s, or responds with 401, Okta issues tokens without the hook',
  `Applications must refuse tokens without ${faceClaim}.result = "verified"`,
);
