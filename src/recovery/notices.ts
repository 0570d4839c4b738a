import { texts as noticeTexts } from '../../locales/compiled/server/notices/all.js';
import { texts } from '../../locales/compiled/server/recovery/all.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { directionOf, type SupportedLanguage } from '../core/language.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import type { Message } from '../core/ports.js';
import { type EpochMs, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { composeEmail } from '../notifications/email/email.js';
import { issueNotMe } from '../notifications/not-me.js';
import { notMePath } from '../notifications/sender.js';
import { readContacts } from './contacts.js';
import { type Recovery, recoveryAt } from './record.js';

type NoticeDeps = Ports<'state' | 'clock' | 'random' | 'log' | 'delivery' | 'brandOf' | 'issuer'>;

/** Returns a time for a text. In texts from right to left, it is isolated, because the parts of its date would be reversed. */
export function toShownTime(time: EpochMs, language: SupportedLanguage): string {
  const shown = `${toIso(time).slice(0, 16).replace('T', ' ')} UTC`;
  return directionOf(language) === 'rtl' ? `\u2066${shown}\u2069` : shown;
}

/** Tells the person, on every channel of the profile, and the owners if the person is privileged. Never throws. */
export const tellOfRecovery = (recovery: Recovery, connection: Connection, deps: NoticeDeps): Promise<boolean> =>
  tell('done', recovery, connection, deps);

/**
 * Tells the person and the owners that a privileged account will be recovered, while they can stop it. Never throws.
 * @returns true if a message to an owner was accepted
 */
export const tellOfDelay = (recovery: Recovery, connection: Connection, deps: NoticeDeps): Promise<boolean> =>
  tell('delayed', recovery, connection, deps);

/** A failed message is logged, and does not stop the other messages. */
async function tell(
  kind: 'done' | 'delayed',
  recovery: Recovery,
  connection: Connection,
  deps: NoticeDeps,
): Promise<boolean> {
  const { subject } = recovery;
  const noteFailure = (error: unknown): boolean => {
    deps.log.error('recovery notice not sent', { connection: connection.id, code: toCode(error) });
    return false;
  };
  try {
    const secret = await issueNotMe({ connection: connection.id, subject }, { endsEnrolment: true }, deps);
    const address = secret.use((text) => `${deps.issuer}${notMePath}?lang=${recovery.language}#${text}`);
    const told = { address, brand: await deps.brandOf(connection) };
    const owners = recovery.isPrivileged ? tellOwners(kind, recovery, connection, { ...told, deps }) : [];
    // The owners are told although the contacts of the person cannot be read.
    const person = tellPerson(kind, recovery, connection, { ...told, deps }).catch(noteFailure);
    const accepted = await Promise.all(owners.map((sent) => sent.then(() => true, noteFailure)));
    await person;
    // A message that is only written to the outbox reaches no one who could stop the recovery.
    return accepted.includes(true) && !deps.delivery.outbox.includes('email');
  } catch (error) {
    return noteFailure(error);
  }
}

interface Told {
  readonly address: string;
  readonly brand: EmailBrand;
  readonly deps: NoticeDeps;
}

async function tellPerson(
  kind: 'done' | 'delayed',
  { subject, language, notBefore }: Recovery,
  connection: Connection,
  { address, brand, deps }: Told,
): Promise<void> {
  const contacts = await readContacts({ connection, subject });
  const { when, button, footer } = noticeTexts[language];
  const { subject: title, text: line } = texts[language].notices[kind];
  const text = line({ time: toShownTime(notBefore ?? deps.clock.now(), language) });
  const email = composeEmail(
    {
      language,
      subject: title,
      paragraphs: [text, `${when} ${toShownTime(deps.clock.now(), language)}`],
      button: { label: button, address },
      footer: [footer],
    },
    brand,
  );
  const mailboxes = [contacts.email, contacts.other_email].filter((to) => to !== null);
  const sent = mailboxes.map((to) => deps.delivery.send({ channel: 'email', to, ...email }));
  const { phone } = contacts;
  if (phone !== null)
    sent.push(deps.delivery.send({ channel: 'sms', to: phone, subject: title, text: `${text} ${button}: ${address}` }));
  for (const result of await Promise.allSettled(sent))
    if (result.status === 'rejected')
      deps.log.error('recovery notice not sent', { connection: connection.id, code: toCode(result.reason) });
}

/** Tells the owners, in English, of the recovery of a privileged person. The link ends the enrolment and the recovery. */
function tellOwners(
  kind: 'done' | 'delayed',
  { subject, notBefore }: Recovery,
  connection: Connection,
  { address, brand, deps }: Told,
): Promise<void>[] {
  const what = {
    done: 'A privileged account was recovered',
    delayed: 'The recovery of a privileged account is waiting',
  }[kind];
  const email = composeEmail(
    {
      language: 'en',
      subject: what,
      paragraphs: [
        `${what}, at the connection ${connection.id}.`,
        `Id of the user at the identity provider: ${subject}`,
        kind === 'done' ? '' : `It ends in a credential after ${toShownTime(notBefore ?? deps.clock.now(), 'en')}.`,
        'If this should not happen, select the button. It ends the face check of the user and this recovery.',
      ].filter((line) => line !== ''),
      button: { label: 'Stop it', address },
      footer: [],
    },
    brand,
  );
  return recoveryAt(connection).policy.owners.map((to) => deps.delivery.send({ channel: 'email', to, ...email }));
}

/** Composes a message with a link: of a recovery, or of a check that approves one. */
export function toLinkMessage(
  kind: 'link' | 'manager',
  {
    channel,
    to,
    language,
    brand,
  }: Pick<Message, 'channel' | 'to'> & { readonly language: SupportedLanguage; readonly brand: EmailBrand },
  address: string,
): Message {
  const { subject, text, button: label } = texts[language].messages[kind];
  if (channel === 'sms') return { channel, to, subject, text: `${text} ${address}` };
  const parts = { language, subject, paragraphs: [text], button: { label, address }, footer: [] };
  return { channel, to, ...composeEmail(parts, brand) };
}
