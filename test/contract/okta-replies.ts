import { z } from 'zod';
import type { RawReply } from '../../src/connections/hook.js';

const operationGuard = z.strictObject({
  op: z.enum(['add', 'replace']),
  path: z.literal('/claims/face_verification'),
  value: z.strictObject({
    result: z.literal('verified'),
    at: z.int(),
    txn: z.string(),
    liveness: z.number().min(0).max(1).optional(),
  }),
});
const removalGuard = z.strictObject({ op: z.literal('remove'), path: z.literal('/claims/face_verification') });

// Characters that OAuth allows in error_description (RFC 6749, section 4.1.2.1).
const summaryGuard = z.string().regex(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);

/** A reply to a call that is believed, or the refusal of one that is not. */
const replyOf = <Body extends z.ZodType>(body: Body) =>
  z.union([
    z.strictObject({ status: z.literal(401), body: z.null() }),
    z.strictObject({ status: z.literal(200), body }),
  ]);
const commandsOf = <Command extends z.ZodType>(command: Command) => z.strictObject({ commands: z.tuple([command]) });

/** Replies that Okta accepts from a token hook. After any other status, Okta keeps the token unchanged. */
export const tokenReplyGuard = replyOf(
  z.union([
    z.strictObject({ error: z.strictObject({ errorSummary: summaryGuard }) }),
    z.strictObject({
      commands: z.array(
        z.strictObject({
          type: z.enum(['com.okta.identity.patch', 'com.okta.access.patch']),
          value: z.array(z.union([operationGuard, removalGuard])).min(1),
        }),
      ),
    }),
  ]),
);

const actionOf = (value: z.ZodType) => z.strictObject({ type: z.literal('com.okta.action.update'), value });
const registrationOf = (word: string) => actionOf(z.strictObject({ registration: z.literal(word) }));
const receiptCleared = z.strictObject({
  type: z.literal('com.okta.user.profile.update'),
  value: z.strictObject({ facestepReceipt: z.null() }),
});
const causeGuard = z.strictObject({
  errorSummary: z.string().min(1),
  reason: z.string().regex(/^[A-Z_]+$/),
  locationType: z.literal('body'),
  location: z.string().regex(/^data\.(userProfile\.\w+|userProfileUpdate(\.\w+)?)$/),
  domain: z.literal('end-user'),
});

export const registrationReplyGuard = replyOf(
  z.union([
    commandsOf(registrationOf('ALLOW')),
    z.strictObject({ commands: z.tuple([registrationOf('ALLOW'), receiptCleared]) }),
    commandsOf(registrationOf('DENY')).extend({
      error: z.strictObject({ errorSummary: summaryGuard, errorCauses: z.tuple([causeGuard]) }),
    }),
  ]),
);

/** Returns true if the reply adds the claim to a token. */
export const isClaimed = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"result":"verified"');

/** Returns true if Okta issues the token after the reply. */
export const isCommanded = ({ status, body }: RawReply): boolean =>
  status === 200 && z.object({ commands: z.array(z.unknown()) }).safeParse(body).success;

/** Returns true if Okta accepts the profile after the reply. */
export const isAllowed = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"ALLOW"');

const valueGuard = z.strictObject({
  attributes: z.strictObject({ 'xsi:type': z.literal('xs:string') }),
  value: z.enum(['verified', 'unverified']),
});
const statementGuard = z.strictObject({
  op: z.enum(['add', 'replace']),
  path: z.literal('/claims/face_verification'),
  value: z.strictObject({
    attributes: z.strictObject({ NameFormat: z.string() }),
    attributeValues: z.tuple([valueGuard]),
  }),
});
const assertionPatch = z.strictObject({
  type: z.literal('com.okta.assertion.patch'),
  value: z.tuple([statementGuard]),
});

/** Replies that Okta accepts from a SAML assertion hook, which cannot refuse a sign-in. */
export const samlReplyGuard = replyOf(z.strictObject({ commands: z.array(assertionPatch).max(1) }));

/** Returns true if the assertion states a verified face. */
export const isStated = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"value":"verified"');

const credentialGuard = z.strictObject({ credential: z.enum(['VERIFIED', 'UNVERIFIED']) });
export const passwordReplyGuard = replyOf(commandsOf(actionOf(credentialGuard)));

/** Returns true if Okta stores the password after the reply. */
export const isKept = (reply: RawReply): boolean => JSON.stringify(reply.body).includes('"VERIFIED"');

/** Replies to an event hook. Okta reads only the status. */
export const eventReplyGuard = z.strictObject({
  status: z.union([z.literal(204), z.int().min(400).max(499), z.literal(503)]),
  body: z.null(),
});
