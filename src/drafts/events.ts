import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents } from '../core/audit-events.js';

const draftDetails = {
  configuration_draft_saved: event('An administrator changed the draft of the configuration file.', {
    section: z.string(),
    by: z.string(),
  }),
  configuration_written: event(
    'An administrator wrote a new version of the configuration file. `changed` has the sections, or the restored version.',
    {
      digest: z.string(),
      former: z.string(),
      changed: z.array(z.string()).readonly(),
      reason: z.string(),
      by: z.string(),
    },
  ),
} as const satisfies AuditDetails;

type DraftDetails = typeof draftDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends DraftDetails {}
}

export const draftEvents = { details: draftDetails } as const satisfies FeatureEvents;
