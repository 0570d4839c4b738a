import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents } from '../core/audit-events.js';

const draftDetails = {
  configuration_draft_saved: event('An administrator changed the draft of the configuration file.', {
    section: z.string(),
    by: z.string(),
  }),
  configuration_draft_discarded: event('An administrator discarded the draft of the configuration file.', {
    by: z.string(),
  }),
  configuration_written: event(
    'An administrator has a new version of the configuration file written. `changed` has the sections, or the restored version.',
    {
      digest: z.string(),
      former: z.string(),
      changed: z.array(z.string()).readonly(),
      reason: z.string(),
      by: z.string(),
    },
  ),
  configuration_not_written: event(
    'The new version of the configuration file could not be written or loaded. The file has its former text.',
    {
      digest: z.string(),
      code: z.string(),
      by: z.string(),
    },
  ),
  server_restarted: event('An administrator had this server start again, with settings that need it.', {
    by: z.string(),
  }),
} as const satisfies AuditDetails;

type DraftDetails = typeof draftDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends DraftDetails {}
}

export const draftEvents = { details: draftDetails } as const satisfies FeatureEvents;
