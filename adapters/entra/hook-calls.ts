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
import type { Sleep } from '../../src/core/resilience.js';
import type { SendToGraph } from './client.js';
import type { EntraConnection } from './config.js';
import {
  appsOf,
  displayNameOf,
  findExtension,
  findFaults,
  type HookName,
  hooksOf,
  hookUrlOf,
  type Listener,
  listListeners,
} from './provision-events.js';
import { createGraphAdministration, type EntraProvisionDeps } from './provision-graph.js';

/** Reads which hooks the tenant calls: those with a valid extension that an event listener names. */
export function readEntraHookCalls(
  given: AdapterDeps<EntraConnection>,
  {
    send,
    sleep,
    unfinished,
  }: { readonly send: SendToGraph; readonly sleep: Sleep; readonly unfinished: UnfinishedReads | undefined },
): Promise<HookCalls> {
  const deps: EntraProvisionDeps = { ...given, send, sleep, graph: createGraphAdministration(send, given.clock) };
  const needs = () => 'CustomAuthenticationExtension.Read.All and EventListener.Read.All';
  const readers = hooksOf(deps).map((hook) => ({ hook, decides: true, needs, read: () => readHook(hook, deps) }));
  return readHooks(readers, deps, unfinished);
}

async function readHook(hook: HookName, deps: EntraProvisionDeps): Promise<FoundHook | null> {
  const extension = await findExtension(hook, deps);
  if (extension === null) return notCalled('The tenant has no custom authentication extension for it');
  const target = extension.endpointConfiguration?.targetUrl ?? 'no address';
  const url = hookUrlOf(hook, deps);
  if (target !== url) return notCalled(`Its custom authentication extension calls ${target}, not ${url}`);
  const [faults, listeners] = await Promise.all([findFaults(extension, deps), listListeners(deps)]);
  if (faults.length > 0) return notCalled(`Entra finds faults in its extension: ${faults.join(', ')}`);
  // Graph does not always show which extension a listener calls, so ours are also recognized by name.
  const isOwn = ({ handler, displayName }: Listener): boolean =>
    handler?.customExtension == null
      ? displayName === displayNameOf(hook, deps)
      : handler.customExtension.id === extension.id;
  const own = listeners.filter(isOwn);
  const apps = own.flatMap(({ conditions }) => appsOf(conditions));
  const where = apps.map((appId) => `application ${appId}`);
  if (hook !== 'token-issuance-start') return toSignUp(hook, own, where, deps);
  if (apps.length === 0) return notCalled('No event listener names its extension for an application');
  const uncovered = deps.settings.entra.hooks.clientApps.filter((appId) => !apps.includes(appId));
  return called(where, uncovered.length === 0 ? null : `not for application ${uncovered.join(', ')}`);
}

function toSignUp(
  hook: HookName,
  own: readonly Listener[],
  apps: readonly string[],
  { settings: { entra } }: Pick<EntraProvisionDeps, 'settings'>,
): FoundHook | null {
  const flows = own.flatMap(({ authenticationEventsFlowId: flow }) => (flow == null ? [] : [`user flow ${flow}`]));
  if (own.length > 0) return called([...flows, ...apps]);
  const { receiptAttribute, userFlow } = entra.hooks.signUp ?? {};
  // A check counts once: a sign-up with a receipt is decided after the form.
  if (hook === 'attribute-collection-start' && receiptAttribute !== undefined) return null;
  // Graph does not document that it shows every extension that the admin center attaches to a user flow.
  return userFlow === undefined
    ? notKnown('Graph shows no event listener that names its extension; look at External Identities > User flows')
    : notCalled('No event listener of a user flow names its extension');
}
