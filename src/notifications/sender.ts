import { texts as noticeTexts } from '../../locales/compiled/server/notices/all.js';
import type { AuditEvent } from '../core/audit-events.js';
import { joinKey } from '../core/base/key.js';
import { type Connection, ownPageIn, type SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { directionOf, type SupportedLanguage, toLocalTime } from '../core/language.js';
import { countIn, windowOf } from '../core/limits/limits.js';
import type { NotificationKind } from '../core/page-protocol.js';
import { type EpochMs, toIso } from '../core/units.js';
import { nameBrowser, type RequestOrigin } from '../core/user-agent.js';
import { toCode } from '../errors.js';
import { readNotificationChoice } from './choice.js';
import { readNotificationDevices, removeNotificationDevices } from './devices.js';
import { composeEmail } from './email/email.js';
import type { EndedSessions } from './events.js';
import { comparePlace } from './known-places.js';
import { issueNotMe } from './not-me.js';
import { readRecipient } from './recipient.js';

export interface NotificationDeps
  extends Ports<
    'state' | 'clock' | 'random' | 'log' | 'keys' | 'delivery' | 'webPush' | 'issuer' | 'connections' | 'brandOf'
  > {
  /** Returns the request that is being answered, if any. */
  readonly currentRequest: () => RequestOrigin | null;
  /** Returns `null` for a step-up that is no longer stored. */
  readonly stepUpOf: (id: string) => Promise<NotifiedStepUp | null>;
}

export interface NotifiedStepUp {
  readonly state: 'open' | 'passed' | 'over';
  readonly application: string | null;
  /** True if the user is notified of a failure. False if anyone could have caused it. */
  readonly notifies: boolean;
}

const hourSec = 60 * 60;
const daySec = 24 * hourSec;

/** Limits notifications, so that an attacker cannot flood a user's mailbox. */
const mostOfAKindInAnHour = 1;
export const maxPerDay = 6;

/** Notifications without a daily limit. Others, which an attacker can cause, must not suppress them. */
const seriousKinds: readonly NotificationKind[] = ['enrolled', 'locked', 'ended'];

/** Notifications of failed checks. Their report ends nothing, because anyone could cause the end of an enrolment. */
const failedKinds: readonly NotificationKind[] = ['refused', 'locked'];

/** Maximum number of failed checks whose end is awaited. A further one is notified at once. */
const mostWaiting = 10_000;

/**
 * Path of the page that confirms "this was not me". The secret follows `#`, so browsers do not send it to the server.
 */
export const notMePath = '/face/not-me';

/**
 * Sends notifications in the background. Failures are logged and not retried. The person's address is not stored. A
 * failed check is notified when its step-up has ended, because the person may pass at the next try.
 */
export function createNotificationSender(deps: NotificationDeps) {
  const underWay = new Set<Promise<void>>();
  const waiting = new Map<string, Incident>();
  const start = (incident: Incident): void => {
    const { kind, connection } = incident;
    const sent = send(incident, deps).catch((error: unknown) => {
      deps.log.warn('notification e-mail failed', { kind, connection: connection.id, code: toCode(error) });
    });
    underWay.add(sent);
    void sent.then(() => underWay.delete(sent));
  };
  const forgetWaiting = ({ connection, subject }: SubjectRef): void => {
    for (const [id, { who }] of waiting)
      if (who.connection === connection && who.subject === subject) waiting.delete(id);
  };
  const sendEnded = async (alsoOpen: boolean): Promise<void> => {
    for (const [id, incident] of [...waiting]) {
      const { state, notifies } = (await deps.stepUpOf(id).catch(() => null)) ?? { state: 'over', notifies: true };
      if (state === 'open' && !alsoOpen) continue;
      if (waiting.delete(id) && state !== 'passed' && notifies) start(incident);
    }
  };
  return {
    onEvent(event: AuditEvent): void {
      if (event.action === 'not_me_reported') forgetWaiting(event);
      const notice = noticeOf(event);
      const connection = notice === null ? undefined : deps.connections.get(notice.who.connection);
      if (notice === null || connection === undefined || !connection.policy.notices) return;
      const stepUpId = stepUpIdOf(event);
      const incident = { ...notice, connection, stepUpId, at: deps.clock.now(), origin: deps.currentRequest() };
      if (notice.kind !== 'refused' || stepUpId === null || waiting.size >= mostWaiting) start(incident);
      else waiting.set(stepUpId, incident);
    },
    /** Sends the notifications of step-ups that have ended without a pass. */
    sendWaiting: () => sendEnded(false),
    /** Sends all notifications, except those of step-ups that have passed. */
    async drain(): Promise<void> {
      await sendEnded(true);
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

interface Incident extends Notice {
  readonly connection: Connection;
  readonly stepUpId: string | null;
  readonly at: EpochMs;
  readonly origin: RequestOrigin | null;
}

const stepUpIdOf = ({ detail }: AuditEvent): string | null =>
  'stepUpId' in detail && typeof detail.stepUpId === 'string' ? detail.stepUpId : null;

const hourOf = ({ kind, who }: Notice, deps: NotificationDeps) =>
  windowOf(`notices:${joinKey(kind, who.connection, who.subject)}`, hourSec, deps);

/** Returns true if the person was notified of a lockout, which includes its failed checks. */
const isLockoutNotified = async (notice: Notice, deps: NotificationDeps): Promise<boolean> =>
  (await countIn(hourOf({ ...notice, kind: 'locked' }, deps), 0, deps)) > 0;

async function isWithinLimits(notice: Notice, deps: NotificationDeps): Promise<boolean> {
  if ((await countIn(hourOf(notice, deps), 1, deps)) > mostOfAKindInAnHour) return false;
  if (seriousKinds.includes(notice.kind)) return true;
  const { connection, subject } = notice.who;
  return (await countIn(windowOf(`notices:${joinKey(connection, subject)}`, daySec, deps), 1, deps)) <= maxPerDay;
}

async function send(incident: Incident, deps: NotificationDeps): Promise<void> {
  const { kind, who, connection } = incident;
  const { delivery, issuer } = deps;
  const choice = await readNotificationChoice(who, deps);
  if (choice?.off.includes(kind)) return;
  if (kind === 'refused' && incident.stepUpId !== null && (await isLockoutNotified(incident, deps))) return;
  if (!(await isWithinLimits(incident, deps))) return;
  const recipient = await readRecipient({ connection, subject: who.subject }, deps);
  const language = choice?.language ?? recipient.language ?? connection.policy.language;
  const isPushed = await push({ kind, who }, language, connection, deps);
  if (isPushed && choice?.email === false) return;
  const { email } = await connection.profile.readAccount(who.subject);
  if (email === null) return;
  const { notices, button, wasMe, ownPage, ...words } = noticeTexts[language];
  const endsEnrolment = !failedKinds.includes(kind);
  const footer = endsEnrolment ? words.footer : words.footerOfFailed;
  const secret = await issueNotMe(who, { endsEnrolment }, deps);
  const toAddress = (answer: string): string =>
    secret.use((text) => `${issuer}${notMePath}?lang=${language}${answer}#${text}`);
  const { subject, text } = notices[kind];
  const address = ownPageIn(connection, language);
  const parts = {
    language,
    subject,
    paragraphs: [text, (await describeIncident(incident, language, recipient.timeZone, deps)).join('\n')],
    button: { label: button, address: toAddress('') },
    otherLink: { label: wasMe, address: toAddress('&me') },
    footer: address === null ? [footer] : [footer, ownPage({ address })],
  };
  const composed = composeEmail(parts, await deps.brandOf(connection));
  await delivery.send({ channel: 'email', to: email, ...composed, isAlert: seriousKinds.includes(kind) });
}

/** Returns when, for which application, on which device and from where it happened, as far as known. */
async function describeIncident(
  { kind, who, at, origin, stepUpId }: Incident,
  language: SupportedLanguage,
  timeZone: string | null,
  deps: NotificationDeps,
): Promise<string[]> {
  const { when, app, device: onDevice, place } = noticeTexts[language];
  const stepUp = stepUpId === null ? null : await deps.stepUpOf(stepUpId).catch(() => null);
  const lines = [`${when} ${toLocalTime(at, language, timeZone)}`];
  if (stepUp !== null && stepUp.application !== null) lines.push(app({ name: stepUp.application }));
  const { browser, system } = nameBrowser(origin?.userAgent ?? null);
  // Without a browser, a program called. An administrator may have ended the enrolment.
  if (origin === null || browser === null || kind === 'ended') return lines;
  lines.push(onDevice({ name: [browser, system].filter((name) => name !== null).join(', ') }));
  const { isNewNetwork } = await comparePlace(who, { device: null, network: origin.network, before: at }, deps);
  if (kind !== 'new_place' && isNewNetwork !== null) lines.push(isNewNetwork ? place.new : place.known);
  return lines;
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
  kept: 'The check failed, so their enrolment and their sessions were not ended. Someone else may have tried, and may know the password.',
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
      `A user of the connection ${connection.id} received a notification about their face check and reported that it was not them.${sessions === 'kept' ? '' : ' Their enrolment was revoked.'}`,
      `Their id at the identity provider: ${subject}`,
      sessionsTold[sessions],
      'Call the user, and check their last sign-ins.',
    ],
    footer: [`Reported at ${toIso(deps.clock.now())}.`],
  } as const;
  const composed = composeEmail(parts, await deps.brandOf(connection));
  await deps.delivery.send({ channel: 'email', to: helpDesk, ...composed, isAlert: true });
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
      return event.detail.reported ? null : 'ended';
    case 'revoked': {
      const { tokenId, client } = event.detail;
      return tokenId === null || client !== undefined || event.detail.reported ? null : 'ended';
    }
    default:
      return null;
  }
}
