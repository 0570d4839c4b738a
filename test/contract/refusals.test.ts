import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createAttributeCollectionSubmitRefusal, createTokenIssuanceRefusal } from '../../adapters/entra/reply.js';
import { toEventHookRefusal, toTokenHookRefusal } from '../../adapters/okta/reply.js';
import { toRefusal } from '../../adapters/onelogin/reply.js';
import type { RawReply } from '../../src/connections/hook.js';
import { type FaceErrorCode, faceErrorCodes } from '../../src/errors.js';
import { defaultPolicy } from '../../support/benches/core.js';

const oktaGuard = z.object({ error: z.object({ errorSummary: z.string() }) });
const entraGuard = z.object({ data: z.object({ actions: z.tuple([z.object({ '@odata.type': z.string() })]) }) });

/** The word that a reply turns on; its status where it has no body. */
const toWord = ({ status, body }: RawReply): string =>
  oktaGuard.safeParse(body).data?.error.errorSummary.split(':')[0] ??
  entraGuard.safeParse(body).data?.data.actions[0]['@odata.type'].split('.').at(-1) ??
  String(status);

const strict = { ...defaultPolicy, whenUnverified: 'deny', whenUnavailable: 'deny' } as const;

/** What Okta is told at a token and at an event, Entra at a token and at a sign-up, and OneLogin at a sign-in. */
const toWords = (code: FaceErrorCode): string =>
  [
    toTokenHookRefusal(code),
    toEventHookRefusal(code),
    createTokenIssuanceRefusal(strict)(code),
    createAttributeCollectionSubmitRefusal('receipt')(code),
    toRefusal(code, 'deny'),
  ]
    .map(toWord)
    .join(' ');

// Configurations and applications of others are written against these. A code that is new need not be here.
test.each([
  ['401 401 401 401 401', 'caller_untrusted'],
  ['request_malformed 400 403 showBlockPage 200', 'request_malformed field_unknown'],
  ['body_too_large 413 403 showBlockPage 200', 'body_too_large'],
  ['not_found 404 403 showBlockPage 200', 'not_found'],
  ['method_not_allowed 405 403 showBlockPage 200', 'method_not_allowed'],
  ['event_out_of_time 503 403 showBlockPage 200', 'event_out_of_time'],
  ['connection_unknown 503 403 showBlockPage 200', 'connection_unknown'],
  ['overloaded 503 503 showBlockPage 200', 'overloaded'],
  ['upstream_unavailable 503 503 showBlockPage 200', 'upstream_unavailable'],
  ['upstream_malformed 503 503 showBlockPage 200', 'upstream_malformed'],
  ['profile_unavailable 503 503 showBlockPage 200', 'profile_unavailable'],
  ['state_unavailable 503 503 showBlockPage 200', 'state_unavailable key_service_unavailable'],
  [
    'internal 503 503 showBlockPage 200',
    'accuracy_not_offered provider_refused delivery_failed config_invalid data_newer release_differs model_missing model_altered parameters_altered internal',
  ],
  [
    'face_not_verified 503 403 showValidationError 200',
    `photo_missing photo_too_many photo_too_few photo_invalid photo_too_large photo_too_small photo_animated
     face_none face_many face_too_small face_unclear
     scope_missing role_missing quota_exceeded name_taken limit_reached brand_configured code_wrong contact_unverified
     token_malformed token_expired token_revoked token_key_retired enrolment_changed consent_missing
     face_mismatch liveness_low locked_out step_up_unknown step_up_finished step_up_opened photo_replayed challenge_needed phone_needed challenge_wrong
     secret_missing secret_weak face_not_verified receipt_invalid subject_unknown`,
  ],
])('for a group of errors, the replies to Okta, Entra and OneLogin are: %s', (words, codes) => {
  for (const name of codes.split(/\s+/)) {
    const code = faceErrorCodes.find((each) => each === name);
    expect([name, code && toWords(code)]).toEqual([name, words]);
  }
});
