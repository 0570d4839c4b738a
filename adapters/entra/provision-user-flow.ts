import { z } from 'zod';
import {
  blocked,
  different,
  inConsole,
  manualStep,
  missing,
  type ProvisionStep,
  type StepStatus,
} from '../../src/connections/provisioning.js';
import type { EntraSettings } from './config.js';
import {
  appsOf,
  asks,
  conditionsGuard,
  displayNameOf,
  findExtension,
  handlerGuard,
  type Listener,
  listenersPath,
  listenerTypes,
  listListeners,
  nameOf,
  toTitle,
} from './provision-events.js';
import { anything, type EntraProvisionDeps, required } from './provision-graph.js';

const gates = {
  'attribute-collection-start': {
    property: 'onAttributeCollectionStart',
    handler: '#microsoft.graph.onAttributeCollectionStartCustomExtensionHandler',
    moment: 'before the form',
    field: 'Before collecting information from the user',
    other: 'attribute-collection-submit',
  },
  'attribute-collection-submit': {
    property: 'onAttributeCollectionSubmit',
    handler: '#microsoft.graph.onAttributeCollectionSubmitCustomExtensionHandler',
    moment: 'after the form',
    field: 'When a user submits their information',
    other: 'attribute-collection-start',
  },
} as const;

export type Gate = keyof typeof gates;

export const otherGate = (gate: Gate): Gate => gates[gate].other;

export const bothAsk = 'A face check counts once, so every sign-up would fail';

const flowsPage = 'Entra admin center > External Identities > User flows > the flow';
const extensionsPage = `${flowsPage} > Custom authentication extensions`;

const flowGuard = z.object({
  id: z.string(),
  displayName: z.string(),
  conditions: conditionsGuard,
  onAttributeCollectionStart: handlerGuard,
  onAttributeCollectionSubmit: handlerGuard,
  onAttributeCollection: z
    .object({
      attributeCollectionPage: z
        .object({
          views: z.array(z.object({ inputs: z.array(z.object({ attribute: z.string() })).nullish() })).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export type UserFlow = z.infer<typeof flowGuard>;

export const listFlows = ({ graph }: Pick<EntraProvisionDeps, 'graph'>): Promise<UserFlow[]> =>
  graph.list(flowGuard, '/identity/authenticationEventsFlows');

export async function findFlow(flowName: string, deps: EntraProvisionDeps): Promise<UserFlow | null> {
  const flows = await listFlows(deps);
  return flows.find(({ id, displayName }) => id === flowName.toLowerCase() || displayName === flowName) ?? null;
}

/** Returns the handler that a flow itself has for an event, in the form of a listener. */
export function ownListenerOf(gate: Gate, flow: UserFlow): Listener[] {
  const handler = flow[gates[gate].property];
  if (handler == null) return [];
  return [{ '@odata.type': listenerTypes[gate], id: flow.id, authenticationEventsFlowId: flow.id, handler }];
}

/** Returns the listeners of one event that run in sign-ups of a flow: those of the flow, and those of its applications. */
export async function listListenersOf(gate: Gate, flow: UserFlow, deps: EntraProvisionDeps): Promise<Listener[]> {
  const apps = appsOf(flow.conditions);
  const listed = (await listListeners(deps)).filter(
    (each) =>
      each['@odata.type'] === listenerTypes[gate] &&
      (each.authenticationEventsFlowId === flow.id || appsOf(each.conditions).some((appId) => apps.includes(appId))),
  );
  // A handler of the flow whose extension Graph does not show may be the one of a listed listener.
  const isNew = ({ handler }: Listener): boolean =>
    handler?.customExtension != null || !listed.some((each) => each.authenticationEventsFlowId === flow.id);
  return [...ownListenerOf(gate, flow).filter(isNew), ...listed];
}

async function findListeners(gate: Gate, flow: UserFlow, deps: EntraProvisionDeps) {
  const extension = await findExtension(gate, deps);
  const isOurs = (each: Listener): boolean =>
    each.displayName === displayNameOf(gate, deps) || (extension !== null && asks(each, gate, extension, deps));
  const found = await listListenersOf(gate, flow, deps);
  return {
    extension,
    ours: found.find((each) => each.authenticationEventsFlowId === flow.id && isOurs(each)) ?? null,
    theirs: found.find((each) => !isOurs(each)) ?? null,
  };
}

const notFound = (flowName: string): StepStatus =>
  blocked(`This tenant has no user flow "${flowName}"`, 'Correct entra.hooks.signUp.userFlow');

/**
 * Creates the step for the event listener that asks our extension in a user flow.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/onattributecollectionstartlistener
 */
function createGateStep(flowName: string, gate: Gate, deps: EntraProvisionDeps): ProvisionStep {
  const { handler, moment, field, other } = gates[gate];
  const type = listenerTypes[gate];
  const choice = [extensionsPage, `${field}: ${displayNameOf(gate, deps)}`];
  return {
    title: `User flow "${flowName}": face check ${moment}`,
    needs: [toTitle(gate)],
    byHand: [...choice, `${gates[other].field}: no extension of ours.`, bothAsk],
    async inspect() {
      const flow = await findFlow(flowName, deps);
      if (flow === null) return notFound(flowName);
      const second = (await findListeners(other, flow, deps)).ours;
      if (second !== null) {
        return blocked(
          `The flow also asks our extension ${gates[other].moment}. ${bothAsk}`,
          `${extensionsPage}: remove that extension`,
        );
      }
      const { extension, ours, theirs } = await findListeners(gate, flow, deps);
      if (theirs !== null) {
        const id = theirs.handler?.customExtension?.id;
        if (id === undefined) {
          return inConsole(`Graph does not show which extension the flow asks ${moment}.`, ...choice);
        }
        return blocked(
          `The flow asks another extension ${moment}, ${await nameOf(id, deps)}, and Entra calls only one`,
          `${extensionsPage}: remove that extension`,
        );
      }
      if (ours === null) return missing(`ask our extension ${moment} of "${flow.displayName}"`);
      const extensionId = ours.handler?.customExtension?.id;
      return extension !== null && (extensionId === undefined || extensionId === extension.id)
        ? { state: 'ready' }
        : different([`ask our extension ${moment}, not ${await nameOf(extensionId, deps)}`]);
    },
    async apply() {
      const flow = required(await findFlow(flowName, deps), `the user flow "${flowName}"`);
      const { extension, ours } = await findListeners(gate, flow, deps);
      const { id } = required(extension, 'our extension');
      const toBeAsked = { '@odata.type': handler, customExtension: { id } };
      if (ours !== null) {
        return deps.graph.change(`${listenersPath}/${ours.id}`, { '@odata.type': type, handler: toBeAsked });
      }
      await deps.graph.create(anything, listenersPath, {
        '@odata.type': type,
        displayName: displayNameOf(gate, deps),
        authenticationEventsFlowId: flow.id,
        handler: toBeAsked,
      });
    },
  };
}

const toFormLine = (attribute: string): string => `${flowsPage} > User attributes: add ${attribute} to the form.`;

/** Creates the manual step for the form's receipt attribute. It is ready if the form has the attribute. */
const createFormStep = (flowName: string, attribute: string, deps: EntraProvisionDeps): ProvisionStep => ({
  title: `User flow "${flowName}": attribute of the form`,
  byHand: [toFormLine(attribute)],
  async inspect() {
    const flow = await findFlow(flowName, deps);
    if (flow === null) return notFound(flowName);
    const views = flow.onAttributeCollection?.attributeCollectionPage?.views ?? [];
    return views.some(({ inputs }) => inputs?.some((input) => input.attribute === attribute))
      ? { state: 'ready' }
      : inConsole(toFormLine(attribute));
  },
  apply: async () => {},
});

const attachByHand = manualStep(
  'User flow of the sign-up',
  'Set entra.hooks.signUp.userFlow to the name of the flow, and run this again. Or attach our extension yourself:',
  `${extensionsPage}.`,
  `Choose our extension before the form ("${gates['attribute-collection-start'].field}"): users who passed no face check are then blocked.`,
  `Or, with entra.hooks.signUp.receiptAttribute, after it ("${gates['attribute-collection-submit'].field}"), and add that attribute to the form. Not both: a check counts once.`,
);

/** Creates the steps that attach one hook to the user flow: after the form if it has a receipt, otherwise before it. */
export function createUserFlowSteps(
  { userFlow, receiptAttribute }: NonNullable<EntraSettings['hooks']['signUp']>,
  deps: EntraProvisionDeps,
): readonly ProvisionStep[] {
  if (userFlow === undefined) return [attachByHand];
  if (receiptAttribute === undefined) return [createGateStep(userFlow, 'attribute-collection-start', deps)];
  return [
    createFormStep(userFlow, receiptAttribute, deps),
    createGateStep(userFlow, 'attribute-collection-submit', deps),
  ];
}
