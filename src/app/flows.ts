import { consoleFlow } from '../admin/console/flow.js';
import { callerFlow } from '../help-desk/flow.js';
import { ownPageCheckFlow } from '../home/flow.js';
import { invitationFlow } from '../invitations/flow.js';
import { linkingFlow, openIdFlow } from '../oidc/flows.js';
import { approvalFlow, recoveryFlow } from '../recovery/flow.js';
import type { FlowKind, Flows } from '../step-up/flow.js';
import { ownPageFlow } from '../step-up/own-page-flow.js';
import { heldTokenFlow, providerRequestFlow, requestFlow } from '../step-up/request-flow.js';

const kinds: readonly FlowKind[] = [
  requestFlow,
  heldTokenFlow,
  providerRequestFlow,
  openIdFlow,
  linkingFlow,
  invitationFlow,
  ownPageFlow,
  ownPageCheckFlow,
  recoveryFlow,
  approvalFlow,
  callerFlow,
  consoleFlow,
];

/** Everything that a check can be for. */
export const flows: Flows = new Map(kinds.map((each) => [each.kind, each]));
