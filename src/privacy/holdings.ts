import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { supportedLanguages } from '../core/language.js';
import { helpReasons, notificationKinds } from '../core/page-protocol.js';
import { recoveryOutcomes, secondThings } from '../core/second-things.js';
import { faceErrorCodes } from '../errors.js';

const dataConsentsReply = z
  .array(
    z.object({
      client: z.string(),
      claims: z.array(z.string()),
      givenAt: instantReply,
      expiresAt: instantReply,
    }),
  )
  .describe('Claims that OpenID clients may receive: names only, never values.');

const linksReply = z
  .array(z.object({ connection: z.string(), linkedAt: instantReply, expiresAt: instantReply }))
  .describe('Other connections with a linked account of the same person.');

const attemptsReply = z.object({ failures: z.int(), lockedUntil: instantReply.nullable() });

/** Export of a user's data at one connection, with the fields that all callers get. */
const coreHoldings = z.object({
  profileCode: z
    .enum(faceErrorCodes)
    .nullable()
    .describe('Reason why the profile could not be read; `null` if it was read.'),
  enrolment: z
    .object({
      tokenId: z.string().describe('The public id of the token.'),
      keyVersion: z.int().nullable(),
      expiresAt: instantReply.nullable(),
      revoked: z.boolean(),
      scope: z.string(),
      accuracy: z.int(),
    })
    .nullable(),
  consent: z
    .object({
      statement: z.string(),
      givenAt: instantReply,
      tokenId: z.string(),
      withdrawnAt: instantReply.nullable(),
    })
    .nullable(),
  dataConsents: dataConsentsReply,
  links: linksReply,
  passkey: z
    .object({
      id: z.string(),
      publicKey: z.string(),
      counter: z.int(),
      transports: z.array(z.string()),
      backupEligible: z.boolean(),
      expiresAt: instantReply.nullable(),
    })
    .nullable(),
  recoveryCodes: z.object({ left: z.int(), madeAt: instantReply }).nullable(),
  recoveries: z
    .array(
      z.object({
        begunAt: instantReply,
        secondThing: z.enum(secondThings).nullable(),
        outcome: z.enum(recoveryOutcomes).nullable(),
      }),
    )
    .describe('Account recoveries in which the face check passed.'),
  helpRequests: z
    .array(z.object({ at: instantReply, reason: z.enum(helpReasons), note: z.string() }))
    .describe('Requests for help of the last 24 hours that are not closed.'),
  notedContacts: z
    .array(z.object({ kind: z.string(), since: instantReply }))
    .describe('Since when the mailboxes, the phone and the manager of the profile are the same, as digests.'),
  attempts: attemptsReply,
  attemptsOfOutsiders: attemptsReply.describe('Failed attempts of all anonymous callers together.'),
  attemptsOfRecoveries: attemptsReply.describe('Failed face checks of account recoveries.'),
  passedStepUp: z
    .object({
      stepUpId: z.string(),
      passedAt: instantReply,
      liveness: z.number().nullable(),
      usedAt: instantReply.nullable(),
    })
    .nullable(),
  earlierFrames: z
    .object({ challenges: z.int(), expiresAt: instantReply.nullable() })
    .nullable()
    .describe('Number of challenges with stored digests, which prevent a replay of their frames.'),
  knownPlaces: z
    .object({ devices: z.int(), networks: z.int(), expiresAt: instantReply.nullable() })
    .nullable()
    .describe('Number of devices and networks with stored digests, which detect the first check from a new one.'),
  noticeChoice: z
    .object({
      off: z.array(z.enum(notificationKinds)),
      email: z.boolean(),
      language: z.enum(supportedLanguages).nullable(),
    })
    .nullable()
    .describe(
      'Notifications that the person does not want, whether to send e-mails if a device receives them, and the language of the last page.',
    ),
  noticeDevices: z
    .object({ devices: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('Number of browsers with push notifications. Their push addresses are stored sealed.'),
  noticeLinks: z
    .object({ links: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('Number of valid links in notifications.'),
});

export type Holdings = z.input<typeof coreHoldings>;

/** Fields of extensions. Their names are known only at run time. */
type ExtensionFields = Readonly<Record<never, z.ZodType>>;

/** Returns the reply with the fields of the core and these fields of extensions. */
export const toHoldingsReply = (fields: ExtensionFields) => coreHoldings.extend(fields);

/** The export with audit records, for administrators only, because audit records name other people. */
export const toRecordedHoldingsReply = (fields: ExtensionFields) =>
  toHoldingsReply(fields).extend({
    records: z.array(z.object({ time: instantReply, action: z.string(), detail: z.record(z.string(), z.unknown()) })),
    recordsLeftOut: z
      .int()
      .describe('Number of older records that are not included. `facestep audit export` exports all of them.'),
  });
