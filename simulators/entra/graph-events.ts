import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { GraphContext } from './graph.js';
import { badRequest, parseBody } from './graph-context.js';
import { eventsServiceAppId, findServicePrincipal, grantedRoles, type Tenant, type UserFlow } from './tenant.js';

const extensionTypes = [
  '#microsoft.graph.onTokenIssuanceStartCustomExtension',
  '#microsoft.graph.onAttributeCollectionStartCustomExtension',
  '#microsoft.graph.onAttributeCollectionSubmitCustomExtension',
] as const;

const endpointGuard = z.object({
  '@odata.type': z.literal('#microsoft.graph.httpRequestEndpoint'),
  targetUrl: z.string(),
});
const authenticationGuard = z.object({
  '@odata.type': z.literal('#microsoft.graph.azureAdTokenAuthentication'),
  resourceId: z.string(),
});

const extensionGuard = z.strictObject({
  '@odata.type': z.enum(extensionTypes),
  displayName: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  endpointConfiguration: endpointGuard,
  authenticationConfiguration: authenticationGuard,
  clientConfiguration: z
    .object({ timeoutInMilliseconds: z.int().min(200).max(2000), maximumRetries: z.int().min(0).max(1) })
    .nullable()
    .default(null),
  claimsForTokenConfiguration: z.array(z.object({ claimIdInApiResponse: z.string().min(1) })).optional(),
});

const listenerGuard = z.strictObject({
  '@odata.type': z.literal('#microsoft.graph.onTokenIssuanceStartListener'),
  displayName: z.string().nullish(),
  conditions: z.object({
    applications: z.object({ includeApplications: z.array(z.object({ appId: z.guid() })).min(1) }),
  }),
  handler: z.object({
    '@odata.type': z.literal('#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler'),
    customExtension: z.object({ id: z.guid() }),
  }),
});

const signUpListenerTypes = {
  attributeCollectionStart: '#microsoft.graph.onAttributeCollectionStartListener',
  attributeCollectionSubmit: '#microsoft.graph.onAttributeCollectionSubmitListener',
} as const;

export type SignUpEvent = keyof typeof signUpListenerTypes;

/** Names the type of a listener's handler or extension. */
const toSibling = (listenerType: string, kind: 'CustomExtension' | 'CustomExtensionHandler'): string =>
  listenerType.replace(/Listener$/, kind);

/**
 * A listener of a sign-up names a user flow, applications, or both. Several may match; Graph does not refuse that.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/authenticationeventlistener
 */
const signUpListenerGuard = z
  .strictObject({
    '@odata.type': z.enum([
      signUpListenerTypes.attributeCollectionStart,
      signUpListenerTypes.attributeCollectionSubmit,
    ]),
    displayName: z.string().nullable().default(null),
    authenticationEventsFlowId: z.guid().nullable().default(null),
    conditions: listenerGuard.shape.conditions.nullable().default(null),
    handler: z.strictObject({ '@odata.type': z.string(), customExtension: z.strictObject({ id: z.guid() }) }),
  })
  .refine(({ '@odata.type': type, handler }) => handler['@odata.type'] === toSibling(type, 'CustomExtensionHandler'));

export type CustomExtension = z.output<typeof extensionGuard> & { readonly id: string };
export type EventListener = z.output<typeof listenerGuard> & { readonly id: string };
export type SignUpListener = z.output<typeof signUpListenerGuard> & { readonly id: string };

const withoutCaller = 'AADB2C90063: There is a problem with the service.';

/**
 * Refuses extensions if an external tenant lacks the service principal that calls extensions. A workforce tenant always
 * has this service principal.
 */
function checkCaller(tenant: Tenant, isLate: (id: string) => boolean): void {
  if (hasCaller(tenant) && !isLate(findServicePrincipal(tenant, eventsServiceAppId)?.id ?? '')) return;
  throw badRequest(withoutCaller);
}

export const hasCaller = (tenant: Tenant): boolean =>
  tenant.kind === 'workforce' || findServicePrincipal(tenant, eventsServiceAppId) !== undefined;

export interface RegistrationFault {
  readonly code: number;
  readonly name: string;
}

const isLoopback = ({ hostname }: URL): boolean => hostname === '127.0.0.1' || hostname === 'localhost';

/**
 * Returns the faults that keep Entra from calling an extension. Plain http is allowed on this machine only.
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/custom-extension-troubleshoot
 */
export function faultsOf(
  tenant: Tenant,
  {
    endpointConfiguration,
    authenticationConfiguration,
  }: Pick<CustomExtension, 'endpointConfiguration' | 'authenticationConfiguration'>,
): RegistrationFault[] {
  const { targetUrl } = endpointConfiguration;
  const target = URL.canParse(targetUrl) ? new URL(targetUrl) : null;
  if (target === null || (target.protocol !== 'https:' && !isLoopback(target))) {
    return [{ code: 1003020, name: 'InvalidTargetUrl' }];
  }
  const [, domain, appId = ''] =
    /^api:\/\/([^/]+)\/([0-9a-f-]{36})$/.exec(authenticationConfiguration.resourceId) ?? [];
  if (domain === undefined) return [{ code: 1003014, name: 'IncorrectResourceIdFormat' }];
  const faults: RegistrationFault[] = [];
  if (domain !== target.hostname) faults.push({ code: 1003015, name: 'DomainNameDoesNotMatch' });
  const principal = findServicePrincipal(tenant, appId);
  if (principal === undefined) return [...faults, { code: 1003016, name: 'ServicePrincipalNotFound' }];
  if (!principal.accountEnabled) faults.push({ code: 1003018, name: 'ServicePrincipalDisabled' });
  if (!grantedRoles(tenant, appId).includes('CustomAuthenticationExtension.Receive.Payload')) {
    faults.push({ code: 1003021, name: 'PermissionNotGrantedToServicePrincipal' });
  }
  return faults;
}

/** @see https://learn.microsoft.com/en-us/graph/api/resources/customauthenticationextension */
export function createEventsApi(context: GraphContext): Router {
  const { tenantOf, requireRole, sendList, sendCreated, isShown, findShown } = context;
  const router = Router();
  const read = requireRole('CustomAuthenticationExtension.Read.All', 'CustomAuthenticationExtension.ReadWrite.All');
  const write = requireRole('CustomAuthenticationExtension.ReadWrite.All');
  const readListeners = requireRole('EventListener.Read.All', 'EventListener.ReadWrite.All');
  const listen = requireRole('EventListener.ReadWrite.All');
  const parse = (body: unknown): Omit<CustomExtension, 'id'> => {
    const parsed = parseBody(extensionGuard, body, 'Invalid custom authentication extension.');
    const { targetUrl } = parsed.endpointConfiguration;
    if (!URL.canParse(targetUrl) || (!targetUrl.startsWith('https:') && !isLoopback(new URL(targetUrl)))) {
      throw badRequest('The targetUrl must be an https address.');
    }
    return parsed;
  };

  router.get('/customAuthenticationExtensions', read, (request, response) => {
    sendList(request, response, [...tenantOf(response).customExtensions.values()]);
  });
  router.post('/customAuthenticationExtensions', write, (request, response) => {
    const tenant = tenantOf(response);
    checkCaller(tenant, (id) => !isShown(id));
    const extension: CustomExtension = { ...parse(request.body), id: randomUUID() };
    tenant.customExtensions.set(extension.id, extension);
    sendCreated(response, extension);
  });
  router.patch('/customAuthenticationExtensions/:id', write, (request, response) => {
    const tenant = tenantOf(response);
    const { id, ...settings } = findShown(tenant.customExtensions, request.params.id);
    const sameType = z.looseObject({ '@odata.type': z.literal(settings['@odata.type']) });
    const changes = parseBody(sameType, request.body, 'The type of the extension must be given and cannot be changed.');
    tenant.customExtensions.set(id, { ...parse({ ...settings, ...changes }), id });
    response.status(204).end();
  });
  router.post('/customAuthenticationExtensions/:id/validateAuthenticationConfiguration', read, (request, response) => {
    const tenant = tenantOf(response);
    const faults = faultsOf(tenant, findShown(tenant.customExtensions, request.params.id));
    const toEntry = ({ name }: RegistrationFault) => ({ code: name, message: name });
    const isWarning = ({ code }: RegistrationFault): boolean => code === 1003021;
    response.json({
      errors: faults.filter((fault) => !isWarning(fault)).map(toEntry),
      warnings: faults.filter(isWarning).map(toEntry),
    });
  });

  router.get('/authenticationEventListeners', readListeners, (request, response) => {
    const { listeners, signUpListeners } = tenantOf(response);
    sendList(request, response, [...listeners.values(), ...signUpListeners.values()]);
  });
  router.get('/authenticationEventsFlows', readListeners, (request, response) => {
    sendList(request, response, [...tenantOf(response).userFlows.values()].map(toShownFlow));
  });
  const checkExtension = (tenant: Tenant, given: Pick<EventListener | SignUpListener, '@odata.type' | 'handler'>) => {
    const { id } = given.handler.customExtension;
    const type = tenant.customExtensions.get(id)?.['@odata.type'];
    if (type !== toSibling(given['@odata.type'], 'CustomExtension') || !isShown(id)) {
      throw badRequest('The custom extension does not exist.');
    }
  };
  const parseSignUpListener = (tenant: Tenant, body: unknown): Omit<SignUpListener, 'id'> => {
    const given = parseBody(signUpListenerGuard, body, 'Invalid authentication event listener.');
    checkExtension(tenant, given);
    const flowId = given.authenticationEventsFlowId;
    if (flowId !== null && !tenant.userFlows.has(flowId)) throw badRequest('The user flow does not exist.');
    return given;
  };
  router.patch('/authenticationEventListeners/:id', listen, (request, response) => {
    const tenant = tenantOf(response);
    const { id, ...settings } = findShown(tenant.signUpListeners, request.params.id);
    const sameType = z.looseObject({ '@odata.type': z.literal(settings['@odata.type']) });
    const changes = parseBody(sameType, request.body, 'The type of the listener must be given and cannot be changed.');
    tenant.signUpListeners.set(id, { ...parseSignUpListener(tenant, { ...settings, ...changes }), id });
    response.status(204).end();
  });
  router.post('/authenticationEventListeners', listen, (request, response) => {
    const tenant = tenantOf(response);
    if (ofSignUpGuard.safeParse(request.body).success) {
      const added = { id: randomUUID(), ...parseSignUpListener(tenant, request.body) };
      tenant.signUpListeners.set(added.id, added);
      sendCreated(response, added);
      return;
    }
    const given = parseBody(listenerGuard, request.body, 'Invalid authentication event listener.');
    checkExtension(tenant, given);
    const apps = given.conditions.applications.includeApplications;
    const isServed = ({ appId }: { appId: string }): boolean => findListener(tenant, appId) !== undefined;
    if (apps.some(isServed)) throw badRequest('Another listener for this event already includes the application.');
    const listener = { id: randomUUID(), ...given };
    tenant.listeners.set(listener.id, listener);
    sendCreated(response, listener);
  });
  return router;
}

const ofSignUpGuard = z.object({ '@odata.type': signUpListenerGuard.shape['@odata.type'] });

const toOwnHandler = (property: string, extensionId: string | undefined) =>
  extensionId === undefined
    ? {}
    : {
        [property]: {
          '@odata.type': `#microsoft.graph.${property}CustomExtensionHandler`,
          customExtension: { id: extensionId },
        },
      };

/** @see https://learn.microsoft.com/en-us/graph/api/resources/externalusersselfservicesignupeventsflow */
const toShownFlow = ({ id, displayName, applications, inputs, ...own }: UserFlow) => ({
  '@odata.type': '#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow',
  id,
  displayName,
  description: null,
  conditions: { applications: { includeApplications: applications.map((appId) => ({ appId })) } },
  ...toOwnHandler('onAttributeCollectionStart', own.onAttributeCollectionStart),
  ...toOwnHandler('onAttributeCollectionSubmit', own.onAttributeCollectionSubmit),
  onAttributeCollection: {
    '@odata.type': '#microsoft.graph.onAttributeCollectionExternalUsersSelfServiceSignUp',
    attributeCollectionPage: {
      views: [
        {
          title: null,
          description: null,
          inputs: inputs.map((attribute) => ({ attribute, label: attribute, inputType: 'text', hidden: false })),
        },
      ],
    },
  },
});

/** Returns what Entra asks in a sign-up to an application: the flow's own handler, or one of the matching listeners. */
export function findSignUpListener(
  tenant: Tenant,
  event: SignUpEvent,
  appId: string,
): { readonly id: string; readonly extensionId: string } | undefined {
  const flow = [...tenant.userFlows.values()].find(({ applications }) => applications.includes(appId));
  const own =
    event === 'attributeCollectionStart' ? flow?.onAttributeCollectionStart : flow?.onAttributeCollectionSubmit;
  if (flow !== undefined && own !== undefined) return { id: flow.id, extensionId: own };
  const listener = [...tenant.signUpListeners.values()].find(
    ({ '@odata.type': type, authenticationEventsFlowId: flowId, conditions }) =>
      type === signUpListenerTypes[event] &&
      (flowId === null
        ? (conditions?.applications.includeApplications ?? []).some((each) => each.appId === appId)
        : flowId === flow?.id),
  );
  return listener && { id: listener.id, extensionId: listener.handler.customExtension.id };
}

export const findListener = (tenant: Tenant, appId: string): EventListener | undefined =>
  [...tenant.listeners.values()].find(({ conditions }) =>
    conditions.applications.includeApplications.some((each) => each.appId === appId),
  );
