import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  called,
  type FoundHook,
  type HookCalls,
  type HookReader,
  notCalled,
  notKnown,
  readHooks,
  type UnfinishedReads,
} from '../../src/connections/hook-calls.js';
import { whileSigningIn } from '../../src/core/resilience.js';
import { createSendToOkta, listAll, type OktaProvisionDeps, withScopes } from './client.js';
import type { OktaClient, OktaConnection } from './config.js';
import { revokingEvents } from './flow-events.js';
import { clientsOf, inlineHooksOf } from './provision-checks.js';
import { findDeliveredHook, missingEvents } from './provision-events.js';
import { findActiveHook, type InlineHookName } from './provision-hooks.js';
import { checkIdp } from './provision-idps.js';
import {
  type ActiveRule,
  allowsSignUp,
  isServerActive,
  listEnrolmentRules,
  listTokenRules,
  readEnrolmentHook,
  readTokenHook,
} from './provision-rules.js';

/** Reads which hooks the org calls: those that are active and assigned. */
export function readOktaHookCalls(
  adapterDeps: AdapterDeps<OktaConnection>,
  unfinished?: UnfinishedReads,
): Promise<HookCalls> {
  const { okta } = adapterDeps.settings;
  const toReader = (
    hook: string,
    resources: readonly string[],
    read: (deps: OktaProvisionDeps) => Promise<FoundHook>,
  ): HookReader => {
    // Each hook has its own access token, because Okta refuses a token with a scope that is not granted.
    const scopes = resources.map((name) => `okta.${name}.read`);
    const createSend = () => createSendToOkta(withScopes(okta, scopes), adapterDeps.fetch, whileSigningIn);
    const needs = createNeeds(resources, okta.auth.kind);
    // Okta's own policies ask for a factor or an identity verification, and the mode does not apply to these.
    return {
      hook,
      decides: Object.hasOwn(assignments, hook),
      needs,
      read: async () => read({ ...adapterDeps, send: createSend() }),
    };
  };
  const readers = [
    ...inlineHooksOf(adapterDeps).map((hook) => {
      const { resource, findPlaces } = assignments[hook];
      const resources = ['inlineHooks', ...(resource === null ? [] : [resource])];
      return toReader(hook, resources, (deps) => readInlineHook(hook, findPlaces, deps));
    }),
    toReader('events', ['eventHooks'], readEventHook),
    ...clientsOf(adapterDeps).map((client) => {
      const resources = ['idps', ...(client.kind === 'okta_factor' ? ['authenticators'] : [])];
      return toReader(`${client.kind} ${client.id}`, resources, (deps) => readIdp(client, deps));
    }),
  ];
  return readHooks(readers, adapterDeps, unfinished);
}

/** Returns a function that names what is missing: an API token has no scopes, and an error code can rule one out. */
function createNeeds(resources: readonly string[], auth: OktaConnection['okta']['auth']['kind']): HookReader['needs'] {
  const scopes = resources.map((name) => `the scope okta.${name}.read`).join(', ');
  const role = `an administrator role that may read ${resources.map((name) => `okta.${name}`).join(', ')}`;
  return (code) => {
    if (code === 'invalid_scope') return scopes;
    return code === 'E0000006' || auth === 'api_token' ? role : `${scopes}, and ${role}`;
  };
}

type FindPlaces = (hookId: string, deps: OktaProvisionDeps) => Promise<FoundHook>;

/** Objects that assign each hook, and the resource whose scope shows them. */
const assignments: Record<InlineHookName, { readonly resource: string | null; readonly findPlaces: FindPlaces }> = {
  token: {
    resource: 'authorizationServers',
    async findPlaces(hookId, deps) {
      const { authorizationServerId: id } = deps.settings.okta.provision;
      if (!(await isServerActive(deps))) return notCalled(`The authorization server ${id} is not active`);
      return toRules(
        await listTokenRules(deps),
        ({ rule }) => readTokenHook(rule.actions) === hookId,
        `It is assigned to no active rule of the authorization server ${id}`,
      );
    },
  },
  registration: {
    resource: 'policies',
    findPlaces: async (hookId, deps) =>
      toRules(
        (await listEnrolmentRules(deps)).filter(({ rule }) => allowsSignUp(rule.actions)),
        ({ rule }) => readEnrolmentHook(rule.actions) === hookId,
        'It is assigned to no active rule of a user profile policy that has applications and allows sign-up',
      ),
  },
  saml: { resource: 'apps', findPlaces: findSamlApps },
  // An org has one such hook, and calls it for every imported password.
  'password-import': { resource: null, findPlaces: async () => called({}) },
};

async function readInlineHook(
  hook: InlineHookName,
  findPlaces: FindPlaces,
  deps: OktaProvisionDeps,
): Promise<FoundHook> {
  const found = await findActiveHook(hook, deps);
  return found.kind === 'not_called' ? notCalled(found.reason) : findPlaces(found.hook.id, deps);
}

const ruleNameOf = ({ policy, rule }: ActiveRule): string => `rule "${rule.name ?? rule.id}" of "${policy}"`;

function toRules(rules: readonly ActiveRule[], isAssigned: (rule: ActiveRule) => boolean, none: string): FoundHook {
  const others = rules.filter((each) => !isAssigned(each)).map(ruleNameOf);
  const assigned = rules.filter(isAssigned).map(ruleNameOf);
  if (assigned.length === 0) return notCalled(none);
  return called({ where: assigned, reason: others.length === 0 ? null : `not for ${others.join(', ')}` });
}

const appGuard = z.object({
  id: z.string(),
  label: z.string().nullish(),
  signOnMode: z.string().nullish(),
  settings: z.object({
    signOn: z.object({ inlineHooks: z.array(z.object({ id: z.string() })).nullish() }).nullish(),
  }),
});

const toAppName = ({ id, label }: z.infer<typeof appGuard>): string => `application "${label ?? id}"`;

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/ */
async function findSamlApps(hookId: string, { send }: OktaProvisionDeps): Promise<FoundHook> {
  const query = new URLSearchParams({ filter: 'status eq "ACTIVE"', limit: '200' });
  const apps = await listAll(appGuard, `/api/v1/apps?${query}`, send);
  const isAssigned = ({ settings }: (typeof apps)[number]): boolean =>
    settings.signOn?.inlineHooks?.some(({ id }) => id === hookId) === true;
  const assigned = apps.filter(isAssigned).map(toAppName);
  const others = apps.filter((each) => each.signOnMode === 'SAML_2_0' && !isAssigned(each)).map(toAppName);
  if (assigned.length === 0) return notCalled('It is the Assertion Inline Hook of no active SAML application');
  return called({ where: assigned, reason: others.length === 0 ? null : `not for ${others.join(', ')}` });
}

async function readEventHook(deps: OktaProvisionDeps): Promise<FoundHook> {
  const found = await findDeliveredHook(deps);
  if (typeof found === 'string') return notCalled(found);
  const missing = missingEvents(found);
  if (missing.length === revokingEvents.length) return notCalled(`"${found.name}" subscribes to none of its events`);
  return called({ reason: missing.length === 0 ? null : `not for ${missing.join(', ')}` });
}

async function readIdp(client: OktaClient, deps: OktaProvisionDeps): Promise<FoundHook> {
  const { verdict, found } = await checkIdp(client, deps);
  return verdict === 'fail'
    ? notCalled(found)
    : notKnown('it is active, but facestep does not read if a policy asks for it');
}
