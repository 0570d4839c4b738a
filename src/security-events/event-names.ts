import { securityEventNames } from '../config/security-events.js';
import { webhookEventNames } from '../config/webhooks.js';

export const eventNames = [...securityEventNames, ...webhookEventNames] as const;
export type EventName = (typeof eventNames)[number];
