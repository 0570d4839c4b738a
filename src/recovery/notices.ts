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
import { toLinkMessage } from '../notifications/one-time-codes.js';
import { notMePath } from '../notifications/sender.js';
import { readContacts } from './contacts.js';
import { type Recovery, recoveryAt } from './record.js';
import type { Proof } from './stage.js';

type NoticeDeps = Ports<'state' | 'clock' | 'random' | 'log' | 'delivery' | 'brandOf' | 'issuer'>;

/** Returns a time for a text. In texts from right to left, it is isolated, because the parts of its date would be reversed. */
export function toShownTime(time: EpochMs, language: SupportedLanguage): string {
  const shown = `${toIso(time).slice(0, 16).replace('T', ' ')} UTC`;
  return directionOf(language) === 'rtl' ? `\u2066${shown}\u2069` : shown;
}

/** Recipients of the messages about a recovery, by the names of `Addressed`. */
export interface Told {
  readonly told: readonly string[];
  readonly isOwnerTold: boolean;
}

/** `name`: kind of contact, or the address of an owner. */
type Addressed = Message & { readonly name: string };

/** Tells the person, on every channel of the profile, and the owners if the person is privileged. Never throws. */
export const tellOfRecovery = (
  recovery: Recovery,
  { delay }: Proof,
  connection: Connection,
  deps: NoticeDeps,
): Promise<Told> =>
  tell({ ...recovery, kind: 'done', told: [], isPrivileged: delay !== null, at: deps.clock.now() }, connection, deps);

/**
 * Tells the person and the owners that a privileged account will be recovered, while they can stop it. Leaves out those
 * who were told already. Never throws.
 */
export const tellOfDelay = (
  recovery: Recovery,
  { told, from }: { readonly told: readonly string[]; readonly from: EpochMs },
  connection: Connection,
  deps: NoticeDeps,
): Promise<Told> => tell({ ...recovery, kind: 'delayed', told, isPrivileged: true, at: from }, connection, deps);

/** Content of a message. */
interface Notice extends Pick<Recovery, 'subject' | 'language'> {
  readonly kind: 'done' | 'delayed';
  /** Recipients who have got it. */
  readonly told: readonly string[];
  readonly isPrivileged: boolean;
  /** When the credential was issued, or is issued at the earliest. */
  readonly at: EpochMs;
}

/** A failed message is logged, and does not stop the other messages. */
async function tell(notice: Notice, connection: Connection, deps: NoticeDeps): Promise<Told> {
  const { subject, told: before } = notice;
  const noteFailure = (error: unknown): never[] => {
    deps.log.error('recovery notice not sent', { connection: connection.id, code: toCode(error) });
    return [];
  };
  const send = async ({ name, ...message }: Addressed): Promise<readonly string[]> => {
    if (before.includes(name)) return [name];
    // A message that is only written to the outbox reaches no one who could stop the recovery.
    const reached = deps.delivery.outbox.includes(message.channel) ? [] : [name];
    return deps.delivery.send({ ...message, isAlert: true }).then(() => reached, noteFailure);
  };
  try {
    const secret = await issueNotMe({ connection: connection.id, subject }, { endsEnrolment: true }, deps);
    const address = secret.use((text) => `${deps.issuer}${notMePath}?lang=${notice.language}#${text}`);
    const look = { address, brand: await deps.brandOf(connection), deps };
    const owners = notice.isPrivileged ? toOwners(notice, connection, look) : [];
    // The owners are told although the contacts of the person cannot be read.
    const person = await toPerson(notice, connection, look).catch(noteFailure);
    const told = (await Promise.all([...owners, ...person].map(send))).flat();
    return { told, isOwnerTold: owners.some(({ name }) => told.includes(name)) };
  } catch (error) {
    noteFailure(error);
    return { told: before, isOwnerTold: false };
  }
}

interface Look {
  readonly address: string;
  readonly brand: EmailBrand;
  readonly deps: NoticeDeps;
}

async function toPerson(
  { kind, subject, language, at }: Notice,
  connection: Connection,
  { address, brand, deps }: Look,
): Promise<Addressed[]> {
  const { phone, ...mailboxes } = await readContacts({ connection, subject });
  const { when, button, footer } = noticeTexts[language];
  const { subject: title, text: line } = texts[language].notices[kind];
  const text = line({ time: toShownTime(at, language) });
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
  const sms = { name: 'phone', channel: 'sms', subject: title, text: `${text} ${button}: ${address}` } as const;
  const toEmails = ([name, to]: [string, string | null]): Addressed[] =>
    to === null ? [] : [{ name, channel: 'email', to, ...email }];
  return [...Object.entries(mailboxes).flatMap(toEmails), ...(phone === null ? [] : [{ ...sms, to: phone }])];
}

/** Tells the owners, in English, of the recovery of a privileged person. The link ends the enrolment and the recovery. */
function toOwners({ kind, subject, at }: Notice, connection: Connection, { address, brand }: Look): Addressed[] {
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
        kind === 'done' ? '' : `It ends in a credential after ${toShownTime(at, 'en')}.`,
        'If this should not happen, select the button. It ends the face check of the user and this recovery.',
      ].filter((line) => line !== ''),
      button: { label: 'Stop it', address },
      footer: [],
    },
    brand,
  );
  return recoveryAt(connection).policy.owners.map((to) => ({ name: to, channel: 'email', to, ...email }));
}

/** Composes a message with a link: of a recovery, or of a check that approves one. */
export const toRecoveryMessage = (
  kind: 'link' | 'manager',
  recipient: Parameters<typeof toLinkMessage>[1],
  address: string,
): Message => toLinkMessage(texts[recipient.language].messages[kind], recipient, address);
