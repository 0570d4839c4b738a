import { z } from 'zod';
import { personStates } from '../../core/campaign/person.js';
import { letterLanguages } from '../../core/letters/language.js';
import { noticeKinds } from '../../core/step-up/page-protocol.js';
import { faceErrorCodes } from '../../errors.js';
import { instantReply } from './instant.js';

const dataConsentsReply = z
  .array(
    z.object({
      client: z.string(),
      claims: z.array(z.string()),
      givenAt: instantReply,
      expiresAt: instantReply,
    }),
  )
  .describe('What OpenID clients may be told of the person: names of claims, never their values.');

const credentialsReply = z
  .array(
    z.object({
      credential: z.string(),
      id: z.string().describe('As the audit trail names it.'),
      claims: z.array(z.string()),
      issuedAt: instantReply,
      expiresAt: instantReply,
    }),
  )
  .describe('What the person carries in a wallet: names of claims, never their values.');

const linksReply = z
  .array(z.object({ connection: z.string(), linkedAt: instantReply, expiresAt: instantReply }))
  .describe('Other connections at which an account is linked as the same person’s.');

const attemptsReply = z.object({ failures: z.int(), lockedUntil: instantReply.nullable() });

/** Export of a user's data at one connection, the same for all callers. */
export const holdingsReply = z.object({
  profileCode: z.enum(faceErrorCodes).nullable().describe('Why the profile could not be read; `null`: it was.'),
  enrolment: z
    .object({
      tokenId: z.string().describe('The public name of the token.'),
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
  credentials: credentialsReply,
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
  attempts: attemptsReply,
  attemptsOfOutsiders: attemptsReply.describe('Of all together whom nobody vouched for.'),
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
    .describe('Of how many challenges digests are kept, by which copies of their frames are refused.'),
  knownPlaces: z
    .object({ devices: z.int(), networks: z.int(), expiresAt: instantReply.nullable() })
    .nullable()
    .describe('Of how many devices and networks digests are kept, so that the first check from a new one is told.'),
  noticeChoice: z
    .object({
      off: z.array(z.enum(noticeKinds)),
      email: z.boolean(),
      language: z.enum(letterLanguages).nullable(),
    })
    .nullable()
    .describe(
      'Which notices they do not want, whether by e-mail where a device takes them, and the language of the page they last used.',
    ),
  noticeDevices: z
    .object({ devices: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('How many browsers notices are pushed to. Where they are reached is kept sealed.'),
  noticeLinks: z
    .object({ links: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('Links of notices that still work.'),
  campaigns: z
    .array(
      z.object({
        campaign: z.string(),
        login: z.string(),
        name: z.string().nullable(),
        email: z.string().nullable(),
        state: z.enum(personStates),
        sentAt: instantReply.nullable(),
      }),
    )
    .describe('Letters of enrolment campaigns.'),
});

export type Holdings = z.input<typeof holdingsReply>;

/** For administrators only, because records name others. */
export const recordedHoldingsReply = z.object({
  ...holdingsReply.shape,
  records: z.array(z.object({ time: instantReply, action: z.string(), detail: z.record(z.string(), z.unknown()) })),
  recordsLeftOut: z.int().describe('Older records of the trail: `facestep audit export` has them all.'),
});
