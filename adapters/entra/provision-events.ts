import { z } from 'zod';
import {
  blocked,
  createObjectStep,
  inConsole,
  missing,
  type ProvisionStep,
} from '../../src/connections/provisioning.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { identifierUriOf } from './provision-directory.js';
import { anything, type EntraProvisionDeps, required, toPostLine } from './provision-graph.js';
import { claimNames } from './reply.js';

const extensionTypes = {
  'token-issuance-start': '#microsoft.graph.onTokenIssuanceStartCustomExtension',
  'attribute-collection-start': '#microsoft.graph.onAttributeCollectionStartCustomExtension',
  'attribute-collection-submit': '#microsoft.graph.onAttributeCollectionSubmitCustomExtension',
} as const;

export type HookName = keyof typeof extensionTypes;

export const listenerTypes = {
  'token-issuance-start': '#microsoft.graph.onTokenIssuanceStartListener',
  'attribute-collection-start': '#microsoft.graph.onAttributeCollectionStartListener',
  'attribute-collection-submit': '#microsoft.graph.onAttributeCollectionSubmitListener',
} as const satisfies Record<HookName, string>;

const clientConfiguration = { timeoutInMilliseconds: 2000, maximumRetries: 1 };

const extensionGuard = z.object({
  '@odata.type': z.string(),
  id: z.string(),
  displayName: z.string().nullish(),
  endpointConfiguration: z.object({ targetUrl: z.string().nullish() }).nullish(),
  authenticationConfiguration: z.object({ resourceId: z.string().nullish() }).nullish(),
  clientConfiguration: z
    .object({ timeoutInMilliseconds: z.number().nullish(), maximumRetries: z.number().nullish() })
    .nullish(),
  claimsForTokenConfiguration: z.array(z.object({ claimIdInApiResponse: z.string() })).nullish(),
});

export type CustomExtension = z.infer<typeof extensionGuard>;

export const hooksOf = ({ settings }: Pick<EntraProvisionDeps, 'settings'>): HookName[] => {
  const { signUp } = settings.entra.hooks;
  return [
    'token-issuance-start',
    ...(signUp === undefined ? [] : (['attribute-collection-start'] as const)),
    ...(signUp?.receiptAttribute === undefined ? [] : (['attribute-collection-submit'] as const)),
  ];
};

export const hookUrlOf = (
  hook: HookName,
  { publicUrl, settings }: Pick<EntraProvisionDeps, 'publicUrl' | 'settings'>,
): string => `${publicUrl}/hooks/${settings.id}/${hook}`;

export const displayNameOf = (hook: HookName, { settings }: Pick<EntraProvisionDeps, 'settings'>): string =>
  `facestep ${settings.id} ${hook}`;

/** Finds our extension by its address, or by its name if the server's address has changed. */
export async function findExtension(hook: HookName, deps: EntraProvisionDeps): Promise<CustomExtension | null> {
  const all = await deps.graph.list(extensionGuard, '/identity/customAuthenticationExtensions');
  const ofType = all.filter((extension) => extension['@odata.type'] === extensionTypes[hook]);
  return (
    ofType.find(({ endpointConfiguration }) => endpointConfiguration?.targetUrl === hookUrlOf(hook, deps)) ??
    ofType.find(({ displayName }) => displayName === displayNameOf(hook, deps)) ??
    null
  );
}

/** Returns the settings that an extension lacks, each with its line in the plan. A new extension lacks all of them. */
function differencesOf(hook: HookName, extension: Partial<CustomExtension>, deps: EntraProvisionDeps) {
  const { endpointConfiguration, authenticationConfiguration, claimsForTokenConfiguration } = extension;
  const claims = (claimsForTokenConfiguration ?? []).map(({ claimIdInApiResponse }) => claimIdInApiResponse);
  const lacking =
    hook === 'token-issuance-start' ? Object.keys(claimNames).filter((name) => !claims.includes(name)) : [];
  const { timeoutInMilliseconds, maximumRetries } = extension.clientConfiguration ?? {};
  const isPatient =
    timeoutInMilliseconds === clientConfiguration.timeoutInMilliseconds &&
    maximumRetries === clientConfiguration.maximumRetries;
  const targetUrl = hookUrlOf(hook, deps);
  const resourceId = identifierUriOf(deps);
  const settings: readonly (readonly [isSet: boolean, line: string, field: JsonObject])[] = [
    [
      endpointConfiguration?.targetUrl === targetUrl,
      `call ${targetUrl}`,
      { endpointConfiguration: { '@odata.type': '#microsoft.graph.httpRequestEndpoint', targetUrl } },
    ],
    [
      authenticationConfiguration?.resourceId === resourceId,
      `bring tokens for ${resourceId}`,
      { authenticationConfiguration: { '@odata.type': '#microsoft.graph.azureAdTokenAuthentication', resourceId } },
    ],
    [isPatient, 'wait 2 s for an answer, and try once more', { clientConfiguration }],
    [
      lacking.length === 0,
      `know the claims ${lacking.join(', ')}`,
      { claimsForTokenConfiguration: [...claims, ...lacking].map((name) => ({ claimIdInApiResponse: name })) },
    ],
  ];
  return settings.filter(([isSet]) => !isSet).map(([, line, field]) => ({ line, field }));
}

export const toTitle = (hook: HookName): string => `Custom authentication extension: ${hook}`;

const description = 'Face step-up';

const toConsoleLines = (hook: HookName, deps: EntraProvisionDeps): string[] => [
  'Entra admin center > Enterprise apps > Custom authentication extensions > Create a custom extension',
  `Event type: ${extensionTypes[hook].replace(/^#microsoft\.graph\.on|CustomExtension$/g, '')}`,
  `Name: ${displayNameOf(hook, deps)}`,
  `Target URL: ${hookUrlOf(hook, deps)}`,
  `Timeout in milliseconds: ${clientConfiguration.timeoutInMilliseconds}`,
  `Maximum retries: ${clientConfiguration.maximumRetries}`,
  `Description: ${description}`,
  `API authentication > Select an existing app registration in this directory: ${deps.settings.entra.hooks.appId}`,
  ...(hook === 'token-issuance-start' ? [`Claims: ${Object.keys(claimNames).join(', ')}`] : []),
];

/** @see https://learn.microsoft.com/en-us/graph/api/identitycontainer-post-customauthenticationextensions */
export function createExtensionOfHookStep(hook: HookName, deps: EntraProvisionDeps): ProvisionStep {
  const type = { '@odata.type': extensionTypes[hook] };
  const fieldsFor = (found: Partial<CustomExtension>): JsonObject =>
    Object.assign({}, type, ...differencesOf(hook, found, deps).map(({ field }) => field));
  const path = '/identity/customAuthenticationExtensions';
  return createObjectStep(toTitle(hook), {
    byHand: toConsoleLines(hook, deps),
    find: () => findExtension(hook, deps),
    creation: [`create an extension that calls ${hookUrlOf(hook, deps)}`],
    create() {
      const named = { displayName: displayNameOf(hook, deps), description };
      return deps.graph.create(anything, path, { ...named, ...fieldsFor({}) });
    },
    changesTo: (found) => differencesOf(hook, found, deps).map(({ line }) => line),
    change: (found) => deps.graph.change(`${path}/${found.id}`, fieldsFor(found)),
  });
}

const validationGuard = z.object({
  errors: z.array(z.object({ code: z.string().nullish() })).nullish(),
  warnings: z.array(z.object({ code: z.string().nullish() })).nullish(),
});

/**
 * Has Entra validate an extension. Nothing is changed.
 * @returns codes of what is wrong with its registration; Entra does not call it if there is an error
 * @see https://learn.microsoft.com/en-us/graph/api/customauthenticationextension-validateauthenticationconfiguration
 */
export async function findFaults({ id }: Pick<CustomExtension, 'id'>, { graph }: Pick<EntraProvisionDeps, 'graph'>) {
  const path = `/identity/customAuthenticationExtensions/${id}/validateAuthenticationConfiguration`;
  const { errors, warnings } = await graph.create(validationGuard, path);
  const toCodes = (found: typeof errors): string[] => (found ?? []).map(({ code }) => code ?? 'unnamed');
  return { errors: toCodes(errors), warnings: toCodes(warnings) };
}

/** Returns the quoted name of an extension, for messages. */
export async function nameOf(id: string | undefined, { graph }: EntraProvisionDeps): Promise<string> {
  const all = await graph.list(extensionGuard, '/identity/customAuthenticationExtensions');
  const name = all.find((extension) => extension.id === id)?.displayName;
  return name == null || name === '' ? 'without a name' : `"${name}"`;
}

export const conditionsGuard = z
  .object({
    applications: z.object({ includeApplications: z.array(z.object({ appId: z.string() })).nullish() }).nullish(),
  })
  .nullish();

/** Graph does not always show which extension a handler calls. */
export const handlerGuard = z.object({ customExtension: z.object({ id: z.string() }).nullish() }).nullish();

const listenerGuard = z.object({
  '@odata.type': z.string(),
  id: z.string(),
  displayName: z.string().nullish(),
  authenticationEventsFlowId: z.string().nullish(),
  conditions: conditionsGuard,
  handler: handlerGuard,
});

export type Listener = z.infer<typeof listenerGuard>;

export const listenersPath = '/identity/authenticationEventListeners';

export const listListeners = ({ graph }: Pick<EntraProvisionDeps, 'graph'>): Promise<Listener[]> =>
  graph.list(listenerGuard, listenersPath);

/** Returns true if a listener calls an extension. If Graph does not show which one it calls, its name decides. */
export const asks = (
  { displayName, handler }: Listener,
  hook: HookName,
  extension: Pick<CustomExtension, 'id'>,
  deps: Pick<EntraProvisionDeps, 'settings'>,
): boolean =>
  handler?.customExtension == null
    ? displayName === displayNameOf(hook, deps)
    : handler.customExtension.id === extension.id;

export const appsOf = (conditions: z.infer<typeof conditionsGuard>): readonly string[] =>
  (conditions?.applications?.includeApplications ?? []).map(({ appId }) => appId);

/** Creates the step for the event listener that adds our claims to an application's tokens. */
export function createListenerStep(appId: string, deps: EntraProvisionDeps): ProvisionStep {
  const hook = 'token-issuance-start';
  const page = 'Enterprise apps > the application > Single sign-on > Attributes & Claims > Advanced settings';
  const toListener = (id: string) => ({
    '@odata.type': listenerTypes[hook],
    displayName: displayNameOf(hook, deps),
    conditions: { applications: { includeApplications: [{ appId }] } },
    handler: {
      '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler',
      customExtension: { id },
    },
  });
  return {
    title: `Listener for tokens of ${appId}`,
    needs: [toTitle(hook)],
    byHand: [
      `Entra admin center > ${page} (application ID ${appId})`,
      `Custom claims provider > Configure: ${displayNameOf(hook, deps)}`,
      'If a claims mapping policy prevents changes on this page, send this call instead:',
      toPostLine(listenersPath, toListener(`<id of the extension of the step ${toTitle(hook)}>`), deps),
    ],
    async inspect() {
      const extension = await findExtension(hook, deps);
      const found = (await listListeners(deps)).find(
        (listener) => listener['@odata.type'] === listenerTypes[hook] && appsOf(listener.conditions).includes(appId),
      );
      if (found === undefined) return missing(`ask our extension when ${appId} gets a token`);
      if (extension !== null && asks(found, hook, extension, deps)) return { state: 'ready' };
      const extensionId = found.handler?.customExtension?.id;
      if (extensionId === undefined) {
        return inConsole(
          `Graph does not show which custom claims provider is assigned to ${appId}.`,
          `${page}: choose ours, "${displayNameOf(hook, deps)}".`,
        );
      }
      const theirs = await nameOf(extensionId, deps);
      return blocked(
        `Another custom claims provider, ${theirs}, is already assigned to this application, and only one is possible`,
        page,
      );
    },
    async apply() {
      const extension = required(await findExtension(hook, deps), 'our extension');
      await deps.graph.create(anything, listenersPath, toListener(extension.id));
    },
  };
}
