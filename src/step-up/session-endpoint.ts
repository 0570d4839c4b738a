import type { z } from 'zod';
import type { Ports } from '../core/deps.js';
import { FaceError } from '../errors.js';
import { createEndpoint, type Endpoint, type Handled, type ObjectGuard } from '../http/rest/endpoint.js';
import type { FlowPorts } from './flow.js';
import { type FoundSession, findSession } from './session.js';
import type { SessionAction } from './session-view.js';

/**
 * Defines an endpoint of the group `Capture page`. The session is checked before the body is read. Any action but the
 * reading of the view may find the step-up finished.
 */
export const sessionEndpoint = <
  Fields extends z.ZodObject,
  Reply extends ObjectGuard,
  PhotoName extends string = never,
>({
  codes = [],
  ...definition
}: Omit<Handled<Fields, Reply, PhotoName, { readonly session: FoundSession }>, 'admit'> & {
  readonly action: SessionAction;
  readonly deps: Ports<'state' | 'connections'> & FlowPorts;
}): Endpoint => {
  const { action, deps } = definition;
  const described = { ...definition, codes: action === 'read' ? codes : (['step_up_finished', ...codes] as const) };
  return createEndpoint(described, 'Capture page', { kind: 'session', action }, async (sent) => {
    if (sent === null) throw new FaceError('caller_untrusted');
    const session = await findSession(sent, action, deps);
    return { sessionId: session.id, know: () => ({ session }) };
  });
};
