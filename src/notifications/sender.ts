import { texts as noticeTexts } from '../../locales/compiled/server/notices/all.js';
import type { AuditEvent, AuditSubscriber } from '../core/audit-events.js';
import { joinKey } from '../core/base/key.js';
import type { Connection, SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { directionOf, type SupportedLanguage } from '../core/language.js';
import { countIn, windowOf } from '../core/limits/limits.js';
import type { NotificationKind } from '../core/page-protocol.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import type { WebPush } from '../core/ports.js';
import { toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { readNotificationChoice } from './choice.js';
import { readNotificationDevices, removeNotificationDevices } from './devices.js';
import { composeEmail } from './email/email.js';
import type { EndedSessions } from './events.js';
import { issueNotMe } from './not-me.js';

export interface NotificationDeps extends Ports<'state' | 'clock' | 'random' | 'log' | 'keys' | 'delivery'> {
  readonly webPush: WebPush | null;
  readonly issuer: string;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly brandOf: (connection: Connection) => Promise<EmailBrand>;
}

export interface NotificationSender {
  readonly onEvent: AuditSubscriber;
  drain(): Promise<void>;
}

const hourSec = 60 * 60;
const daySec = 24 * hourSec;

/** Limits notifications, so that an attacker cannot flood a user's mailbox. */
const mostOfAKindInAnHour = 1;
export const maxPerDay = 6;

/**
 * Path of the page that confirms "this was not me". The secret follows `#`, so browsers do not send it to the server.
 */
export const notMePath = '/face/not-me';

/** Sends notifications in the background. Failures are logged and not retried. The person's address is not stored. */
export function createNotificationSender(deps: NotificationDeps): NotificationSender {
  const underWay = new Set<Promise<void>>();
  return {
    onEvent(event) {
      const notice = noticeOf(event);
      const connection = notice === null ? undefined : deps.connections.get(notice.who.connection);
      if (notice === null || connection === undefined || !connection.policy.notices) return;
      const sent = send(notice, connection, deps).catch((error: unknown) => {
        deps.log.warn('notification e-mail failed', {
          kind: notice.kind,
          connection: connection.id,
          code: toCode(error),
        });
      });
      underWay.add(sent);
      void sent.then(() => underWay.delete(sent));
    },
    async drain() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

async function send({ kind, who }: Notice, connection: Connection, deps: NotificationDeps): Promise<void> {
  const { state, clock, delivery, issuer } = deps;
  const choice = await readNotificationChoice(who, { state });
  if (choice?.off.includes(kind)) return;
  if (
    (await countIn(windowOf(`notices:${joinKey(kind, who.connection, who.subject)}`, hourSec, deps), 1, { state })) >
    mostOfAKindInAnHour
  )
    return;
  if (
    (await countIn(windowOf(`notices:${joinKey(who.connection, who.subject)}`, daySec, deps), 1, { state })) > maxPerDay
  )
    return;
  const language = choice?.language ?? connection.policy.language;
  const isPushed = await push({ kind, who }, language, connection, deps);
  if (isPushed && choice?.email === false) return;
  const { email } = await connection.profile.readAccount(who.subject);
  if (email === null) return;
  const { notices, when, button, footer } = noticeTexts[language];
  const secret = await issueNotMe(who, deps);
  const address = secret.use((text) => `${issuer}${notMePath}?lang=${language}#${text}`);
  const time = `${toIso(clock.now()).slice(0, 16).replace('T', ' ')} UTC`;
  const { subject, text } = notices[kind];
  const parts = {
    language,
    subject,
    paragraphs: [text, `${when} ${time}`],
    button: { label: button, address },
    footer: [footer],
  };
  await delivery.send({ channel: 'email', to: email, ...composeEmail(parts, await deps.brandOf(connection)) });
}

/**
 * Sends the notification's subject line to every registered browser as a push message.
 * @returns true if at least one push service accepted it
 */
async function push(
  { kind, who }: Notice,
  language: SupportedLanguage,
  connection: Connection,
  deps: NotificationDeps,
): Promise<boolean> {
  const { webPush, log } = deps;
  if (webPush === null) return false;
  try {
    const devices = await readNotificationDevices(who, deps);
    if (devices.length === 0) return false;
    const { organisation } = await deps.brandOf(connection);
    const { subject: body } = noticeTexts[language].notices[kind];
    const text = JSON.stringify({ language, direction: directionOf(language), title: organisation, body });
    const outcomes = await Promise.all(
      devices.map(async ({ id, address, version }) => {
        const outcome = await webPush.send(address, text, version).catch((error: unknown) => {
          log.warn('push notification failed', { kind, connection: connection.id, code: toCode(error) });
          return 'failed' as const;
        });
        return { id, outcome };
      }),
    );
    const gone = outcomes.flatMap(({ id, outcome }) => (outcome === 'gone' ? [id] : []));
    if (gone.length > 0) await removeNotificationDevices(who, gone, deps);
    return outcomes.some(({ outcome }) => outcome === 'sent');
  } catch (error) {
    log.warn('push notification failed', { kind, connection: connection.id, code: toCode(error) });
    return false;
  }
}

const sessionsTold = {
  ended: 'Their sessions at the identity provider were ended.',
  failed: 'Their sessions at the identity provider could not be ended: end them there.',
  not_offered: 'Their sessions at the identity provider are still active: end them there.',
} as const satisfies Record<EndedSessions, string>;

/**
 * Notifies the help desk, in English, that a user reported "this was not me". Skipped if no address is configured.
 * @throws `delivery_failed`
 */
export async function notifyHelpDesk(
  connection: Connection,
  { subject, sessions }: { readonly subject: string; readonly sessions: EndedSessions },
  deps: Pick<NotificationDeps, 'delivery' | 'brandOf' | 'clock'>,
): Promise<void> {
  const { helpDesk } = connection.policy;
  if (helpDesk === null) return;
  const parts = {
    language: 'en',
    subject: 'A user reported: this was not me',
    paragraphs: [
      `A user of the connection ${connection.id} received a notification about their face check and reported that it was not them. Their enrolment was revoked.`,
      `Their id at the identity provider: ${subject}`,
      sessionsTold[sessions],
      'Call the user, and check their last sign-ins.',
    ],
    footer: [`Reported at ${toIso(deps.clock.now())}.`],
  } as const;
  await deps.delivery.send({ channel: 'email', to: helpDesk, ...composeEmail(parts, await deps.brandOf(connection)) });
}

export interface Notice {
  readonly kind: NotificationKind;
  readonly who: SubjectRef;
}

export function noticeOf(event: AuditEvent): Notice | null {
  const { connection, subject } = event;
  const kind = subject === '' || connection === '' ? null : kindOf(event);
  return kind === null ? null : { kind, who: { connection, subject } };
}

function kindOf(event: AuditEvent): NotificationKind | null {
  switch (event.action) {
    case 'enrolled':
    case 'enrolment_recovered':
      // The server renews tokens itself, so users are not notified of renewals.
      return event.detail.kind === 'enrolment' ? 'enrolled' : null;
    case 'new_place_seen':
      return 'new_place';
    case 'verification_refused':
      return 'refused';
    case 'locked_out':
      return 'locked';
    case 'consent_withdrawn':
      return 'ended';
    case 'revoked':
      return event.detail.tokenId === null || event.detail.client !== undefined ? null : 'ended';
    default:
      return null;
  }
}
