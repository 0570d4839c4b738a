import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  called,
  type FoundHook,
  type HookCalls,
  notCalled,
  notKnown,
  readHooks,
} from '../../src/connections/hook-calls.js';
import type { Sleep } from '../../src/core/resilience.js';
import type { SendToGraph } from './client.js';
import type { EntraConnection } from './config.js';
import {
  appsOf,
  findExtension,
  findFaults,
  type HookName,
  hooksOf,
  hookUrlOf,
  listListeners,
} from './provision-events.js';
import { createGraphAdministration, type EntraProvisionDeps } from './provision-graph.js';

/** Reads which hooks the tenant calls: those with a valid extension that an event listener names. */
export function readEntraHookCalls(
  given: AdapterDeps<EntraConnection>,
  { send, sleep }: { readonly send: SendToGraph; readonly sleep: Sleep },
): Promise<HookCalls> {
  const deps: EntraProvisionDeps = { ...given, send, sleep, graph: createGraphAdministration(send, given.clock) };
  const needs = 'CustomAuthenticationExtension.Read.All and EventListener.Read.All';
  const readers = hooksOf(deps).map((hook) => ({ hook, needs, read: () => readHook(hook, deps) }));
  return readHooks(readers, deps);
}

async function readHook(hook: HookName, deps: EntraProvisionDeps): Promise<FoundHook> {
  const extension = await findExtension(hook, deps);
  if (extension === null) return notCalled('The tenant has no custom authentication extension for it');
  const target = extension.endpointConfiguration?.targetUrl ?? 'no address';
  const url = hookUrlOf(hook, deps);
  if (target !== url) return notCalled(`Its custom authentication extension calls ${target}, not ${url}`);
  const [faults, listeners] = await Promise.all([findFaults(extension, deps), listListeners(deps)]);
  if (faults.length > 0) return notCalled(`Entra finds faults in its extension: ${faults.join(', ')}`);
  const own = listeners.filter(({ handler }) => handler?.customExtension?.id === extension.id);
  const apps = own.flatMap(appsOf);
  const flows = own.flatMap(({ authenticationEventsFlowId: id }) => (id == null ? [] : [`user flow ${id}`]));
  const where = [...flows, ...apps.map((appId) => `application ${appId}`)];
  if (hook !== 'token-issuance-start') return toSignUp(own.length, where);
  if (apps.length === 0) return notCalled('No event listener names its extension for an application');
  const uncovered = deps.settings.entra.hooks.clientApps.filter((appId) => !apps.includes(appId));
  return called(where, uncovered.length === 0 ? null : `not for application ${uncovered.join(', ')}`);
}

/** Graph does not document that it shows every extension that the admin center attaches to a user flow. */
const toSignUp = (listeners: number, where: readonly string[]): FoundHook =>
  listeners > 0
    ? called(where)
    : notKnown('Graph shows no event listener that names its extension; look at External Identities > User flows');
