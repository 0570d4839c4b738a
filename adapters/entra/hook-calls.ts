import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  called,
  type FoundHook,
  type HookCalls,
  notCalled,
  notKnown,
  readHooks,
  type UnfinishedReads,
} from '../../src/connections/hook-calls.js';
import { withoutQuery } from '../../src/connections/provisioning.js';
import type { EntraConnection } from './config.js';
import {
  appsOf,
  asks,
  type CustomExtension,
  findExtension,
  findFaults,
  type HookName,
  hooksOf,
  hookUrlOf,
  type Listener,
  listenerTypes,
  listListeners,
} from './provision-events.js';
import { type EntraProvisionDeps, toProvisionDeps } from './provision-graph.js';
import {
  bothAsk,
  findFlow,
  type Gate,
  listFlows,
  listListenersOf,
  otherGate,
  ownListenerOf,
  type UserFlow,
} from './provision-user-flow.js';

/** Reads which hooks the tenant calls: those with a valid extension that an event listener names. */
export function readEntraHookCalls(
  adapterDeps: AdapterDeps<EntraConnection>,
  calling: Pick<EntraProvisionDeps, 'send' | 'sleep'>,
  unfinished: UnfinishedReads | undefined,
): Promise<HookCalls> {
  const deps = toProvisionDeps(adapterDeps, calling);
  const needs = () => 'CustomAuthenticationExtension.Read.All, EventListener.Read.All';
  const readers = hooksOf(deps).map((hook) => ({ hook, decides: true, needs, read: () => readHook(hook, deps) }));
  return readHooks(readers, deps, unfinished);
}

async function readHook(hook: HookName, deps: EntraProvisionDeps): Promise<FoundHook | null> {
  // A check counts once: a sign-up with a receipt is decided after the form.
  if (hook === 'attribute-collection-start' && deps.settings.entra.hooks.signUp?.receiptAttribute !== undefined) {
    return null;
  }
  const extension = await findExtension(hook, deps);
  if (extension === null) return notCalled('The tenant has no custom authentication extension for it');
  const target = extension.endpointConfiguration?.targetUrl;
  const url = hookUrlOf(hook, deps);
  if (target !== url) {
    const found = target == null ? 'no address' : withoutQuery(target);
    return notCalled(`Its custom authentication extension calls ${found}, not ${url}`);
  }
  const { errors, warnings } = await findFaults(extension, deps);
  if (errors.length > 0) return notCalled(`Entra finds faults in its extension: ${errors.join(', ')}`);
  const found = await (hook === 'token-issuance-start'
    ? readTokenListeners(hook, extension, deps)
    : readSignUpListeners(hook, extension, deps));
  if (found.state === 'not_called' || warnings.length === 0) return found;
  const warned = `Entra warns about its extension: ${warnings.join(', ')}`;
  return { state: found.state, where: found.where, reason: joined(found.reason, warned) };
}

const joined = (...reasons: readonly (string | null)[]): string | null =>
  reasons.filter((reason) => reason !== null).join('; ') || null;

const isHidden = ({ handler }: Listener): boolean => handler?.customExtension == null;

const toApplications = (apps: readonly string[]): string[] => apps.map((appId) => `application ${appId}`);

async function readTokenListeners(
  hook: HookName,
  extension: CustomExtension,
  deps: EntraProvisionDeps,
): Promise<FoundHook> {
  const listeners = (await listListeners(deps)).filter((each) => each['@odata.type'] === listenerTypes[hook]);
  const apps = listeners.filter((each) => asks(each, hook, extension, deps)).flatMap((each) => appsOf(each.conditions));
  const hidden = listeners.filter(isHidden).flatMap(({ conditions }) => appsOf(conditions));
  const others = hidden.filter((appId) => !apps.includes(appId));
  if (apps.length === 0) {
    return others.length === 0
      ? notCalled('No event listener names its extension for an application')
      : notKnown(
          `Graph does not show which extension the event listener calls for ${toApplications(others).join(', ')}`,
        );
  }
  const uncovered = deps.settings.entra.hooks.clientApps.filter((appId) => !apps.includes(appId));
  const isUnseen = (appId: string): boolean => others.includes(appId);
  const none = uncovered.filter((appId) => !isUnseen(appId));
  const unknown = uncovered.filter(isUnseen);
  return called({
    where: toApplications(apps),
    reason: joined(
      none.length === 0 ? null : `not for ${toApplications(none).join(', ')}`,
      unknown.length === 0
        ? null
        : `not known for ${toApplications(unknown).join(', ')}, because Graph does not show which extension the event listener calls`,
    ),
  });
}

async function readSignUpListeners(
  gate: Gate,
  extension: CustomExtension,
  deps: EntraProvisionDeps,
): Promise<FoundHook> {
  const { userFlow } = deps.settings.entra.hooks.signUp ?? {};
  if (userFlow === undefined) return readAnyFlow(gate, extension, deps);
  const flow = await findFlow(userFlow, deps);
  if (flow === null) return notCalled(`The tenant has no user flow "${userFlow}"`);
  const listeners = await listListenersOf(gate, flow, deps);
  const own = listeners.filter((each) => asks(each, gate, extension, deps));
  if (own.length === 0) {
    return listeners.some(isHidden)
      ? notKnown(`Graph does not show which extension the user flow "${flow.displayName}" calls`)
      : notCalled(`The user flow "${flow.displayName}" does not call its extension`);
  }
  const isAskedTwice = await asksOtherGate(otherGate(gate), flow, deps);
  // A listener of applications runs in the flow's sign-ups to these applications only.
  const apps = own.some(({ authenticationEventsFlowId }) => authenticationEventsFlowId === flow.id)
    ? []
    : own.flatMap(({ conditions }) => appsOf(conditions));
  return called({
    where: [`user flow "${flow.displayName}"`, ...toApplications(apps)],
    reason: joined(
      apps.length === 0 ? null : 'not for other applications of the user flow',
      isAskedTwice ? `the user flow asks before and after the form. ${bothAsk}` : null,
    ),
  });
}

async function asksOtherGate(gate: Gate, flow: UserFlow, deps: EntraProvisionDeps): Promise<boolean> {
  const extension = await findExtension(gate, deps);
  if (extension === null) return false;
  return (await listListenersOf(gate, flow, deps)).some((each) => asks(each, gate, extension, deps));
}

/** Reads the sign-ups of all user flows, because the configuration names none. */
async function readAnyFlow(gate: Gate, extension: CustomExtension, deps: EntraProvisionDeps): Promise<FoundHook> {
  const [listed, flows] = await Promise.all([listListeners(deps), listFlows(deps)]);
  const listeners = [
    ...listed.filter((each) => each['@odata.type'] === listenerTypes[gate]),
    ...flows.flatMap((flow) => ownListenerOf(gate, flow)),
  ];
  const own = listeners.filter((each) => asks(each, gate, extension, deps));
  // Graph does not document that it shows every extension that the admin center attaches to a user flow.
  if (own.length === 0) {
    return notKnown('Graph shows no event listener that names its extension; look at External Identities > User flows');
  }
  const nameOf = (id: string): string => `user flow "${flows.find((flow) => flow.id === id)?.displayName ?? id}"`;
  const named = own.flatMap(({ authenticationEventsFlowId: id }) => (id == null ? [] : [nameOf(id)]));
  return called({ where: [...new Set(named), ...toApplications(own.flatMap(({ conditions }) => appsOf(conditions)))] });
}
