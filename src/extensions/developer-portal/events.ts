import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const portalDetails = {
  application_requested: event(
    'A developer submitted a request. `application` is the one to change, `null` asks for a new one.',
    {
      id: z.string(),
      developer: z.string(),
      application: z.string().nullable(),
      name: z.string(),
      scopes: z.array(z.string()).readonly(),
      perMinute: z.number(),
      perDay: z.number(),
      wanted: z.string().nullable(),
      redirectUris: z.array(z.string()).readonly(),
      termsVersion: z.int(),
      by: z.string(),
    },
  ),
  application_request_answered: event('A request of a developer was answered.', {
    id: z.string(),
    developer: z.string(),
    answer: z.enum(['approved', 'asked_back', 'refused']),
    application: z.string().nullable(),
    by: z.string(),
  }),
  application_request_withdrawn: event('A developer withdrew a request.', {
    id: z.string(),
    developer: z.string(),
    by: z.string(),
  }),
  application_key_handed_over: event('A developer received the first key of an application.', {
    id: z.string(),
    developer: z.string(),
    application: z.string(),
    by: z.string(),
  }),
  application_owner_added: event('A developer became an owner of an application.', {
    id: z.string(),
    developer: z.string(),
    by: z.string(),
  }),
  application_owner_removed: event('A developer is no longer an owner of an application.', {
    id: z.string(),
    developer: z.string(),
    by: z.string(),
  }),
  application_terms_changed: event('The terms for developers were changed.', {
    version: z.int(),
    digest: z.string(),
    by: z.string(),
  }),
} as const;

type PortalDetails = typeof portalDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends PortalDetails {}
}

export const portalEvents = { details: portalDetails } as const satisfies FeatureEvents;
