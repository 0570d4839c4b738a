import { type Connection, ownPageIn } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { SupportedLanguage } from '../../core/language.js';
import { faultOf } from '../../core/ports/delivery.js';
import type { Directory } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { secondsPerDay } from '../../core/units.js';
import { isEnrolled } from '../../enrolment/deny-list.js';
import { toCode } from '../../errors.js';
import { invitation } from '../../invitations/flow.js';
import { composeInvitation, type InvitationKind } from '../../notifications/email/invitation.js';
import { readRecipient } from '../../notifications/recipient.js';
import { startStepUp } from '../../step-up/step-up.js';
import { closeLink } from './links.js';
import {
  applyOutcome,
  claim,
  dueEmail,
  type EmailOutcome,
  findEnrolled,
  type Person,
  type PersonLink,
} from './person.js';
import { type Campaign, ownKey, wordsOf } from './record.js';
import { changeShard, readShard } from './storage.js';

interface Prepared {
  readonly person: Person;
  readonly kind: InvitationKind;
  readonly link: PersonLink;
  readonly address: Credential;
}

type Preparation =
  | { readonly became: 'ready'; readonly letter: Prepared }
  | { readonly became: 'enrolled' }
  | { readonly became: 'failed'; readonly code: string }
  /** The provider is unavailable, so the e-mail waits. */
  | { readonly became: 'waiting' };

/**
 * Sends a batch of due e-mails. Each person is claimed before sending and updated after it. If a claim expires without
 * an outcome, the e-mail may have arrived and is not sent again automatically.
 */
export async function sendBatch(
  campaign: Campaign,
  batch: {
    readonly shard: number;
    readonly size: number;
    readonly connection: Connection;
    readonly directory: Directory | undefined;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'delivery' | 'brandOf' | 'linkOf'>,
) {
  const { shard, size, connection, directory } = batch;
  const found = await readShard(campaign, shard, deps);
  const now = deps.clock.now();
  const due = (found?.record ?? []).flatMap((person) => {
    const kind = dueEmail(person, campaign, now);
    return kind === null ? [] : [{ person, kind }];
  });
  if (due.length === 0) return { tried: 0, problem: null };

  const prepared = new Map<number, Preparation>();
  await Promise.all(
    due.slice(0, size).map(async (each) => {
      prepared.set(each.person.at, await prepare(campaign, each, { connection, directory }, deps));
    }),
  );
  const claimId = Buffer.from(deps.random(12)).toString('base64url');
  const claimed = await changeShard(
    campaign,
    shard,
    (person) => {
      const preparation = prepared.get(person.at);
      if (preparation === undefined || dueEmail(person, campaign, now) === null) return person;
      if (preparation.became === 'enrolled') return findEnrolled(person);
      if (preparation.became === 'failed') return { ...person, state: 'failed', reason: preparation.code };
      if (preparation.became === 'waiting') return person;
      const { kind, link } = preparation.letter;
      return claim(person, { id: claimId, kind, link }, now);
    },
    deps,
    found,
  );
  const leaving = claimed.flatMap((person) => {
    const preparation = prepared.get(person.at);
    return person.claim?.id === claimId && preparation?.became === 'ready' ? [preparation.letter] : [];
  });
  const outcomes = new Map<number, EmailOutcome>();
  await Promise.all(
    leaving.map(async (letter) => {
      outcomes.set(letter.person.at, await send(campaign, letter, connection, deps));
    }),
  );
  await changeShard(
    campaign,
    shard,
    (person) => {
      const outcome = outcomes.get(person.at);
      return outcome === undefined ? person : applyOutcome(person, claimId, outcome, deps.clock.now());
    },
    deps,
  );
  for (const { person, kind, link } of leaving) {
    const outcome = outcomes.get(person.at);
    // A person has only one valid link. After sending, the previous link is ended, or the new one if sending failed.
    const ending =
      outcome?.became === 'sent' || outcome?.became === 'uncertain' ? person.link?.stepUpId : link.stepUpId;
    if (ending !== undefined) await closeLink(ending, deps);
    if (outcome?.became === 'sent') {
      const detail = { campaign: campaign.id, stepUpId: link.stepUpId, kind };
      const subject = person.subject ?? '';
      await deps.audit.append({ action: 'invitation_sent', connection: connection.id, subject, detail });
    }
  }
  const isRelayDown = [...outcomes.values()].some(({ became }) => became === 'unreachable');
  const isProviderDown = [...prepared.values()].some(({ became }) => became === 'waiting');
  return {
    tried: leaving.length,
    problem: isRelayDown ? 'delivery_failed' : isProviderDown ? 'profile_unavailable' : null,
  };
}

async function prepare(
  campaign: Campaign,
  { person, kind }: { readonly person: Person; readonly kind: InvitationKind },
  { connection, directory }: { readonly connection: Connection; readonly directory: Directory | undefined },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'linkOf'>,
): Promise<Preparation> {
  const { subject, login } = person;
  if (subject === null) return { became: 'failed', code: 'subject_unknown' };
  try {
    const token = await connection.profile.readToken(subject);
    if (isEnrolled(token, deps)) return { became: 'enrolled' };
    await directory?.register?.({ subject, login });
  } catch (error) {
    const code = toCode(error);
    return code === 'profile_unavailable' ? { became: 'waiting' } : { became: 'failed', code };
  }
  const started = await startStepUp(
    {
      connection,
      subject,
      purpose: 'enrol',
      by: campaign.createdBy,
      lifeSec: campaign.linkDays * secondsPerDay,
    },
    invitation,
    deps,
  );
  const { id, expiresAt } = started;
  const recipient = await readRecipient({ connection, subject }, deps);
  const isWrittenIn = (each: SupportedLanguage): boolean => Object.hasOwn(campaign.own, ownKey(kind, each));
  // The administrator's text is not replaced by the built-in text of another language.
  const hasText = (each: SupportedLanguage): boolean => isWrittenIn(each) || !isWrittenIn(campaign.language);
  const spoken = recipient.language !== null && hasText(recipient.language) ? recipient.language : null;
  const addressed = { ...person, name: person.name ?? recipient.name, language: person.language ?? spoken };
  const address = new Credential(deps.linkOf(started, addressed.language ?? campaign.language));
  return {
    became: 'ready',
    letter: { person: addressed, kind, link: { stepUpId: id, expiresAt, isOver: false }, address },
  };
}

async function send(
  campaign: Campaign,
  { person, kind, link, address }: Prepared,
  connection: Connection,
  deps: Ports<'delivery' | 'brandOf'>,
): Promise<EmailOutcome> {
  const language = person.language ?? campaign.language;
  const words = wordsOf(campaign, kind, language);
  const { expiresAt } = link;
  const brand = await deps.brandOf(connection);
  const letter = address.use((text) =>
    composeInvitation(
      { language, words, to: person, address: text, expiresAt, ownPage: ownPageIn(connection, language) },
      brand,
    ),
  );
  try {
    await deps.delivery.send({ channel: 'email', to: person.email ?? '', ...letter });
    return { became: 'sent' };
  } catch (error) {
    const { fault, status } = faultOf(error);
    return fault === 'refused' || fault === 'later' ? { became: fault, status } : { became: fault };
  }
}
