import type { z } from 'zod';
import type { Agent } from '../core/approver.js';
import { type ConnectedSubject, readTokenIfAny, subjectOfIdentifier, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { deriveMac } from '../core/derived-key.js';
import type { SupportedLanguage } from '../core/language.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import { consumeLimit } from '../core/limits/limits.js';
import { drawBelow } from '../core/number-choices.js';
import type { KeyVersion, Random } from '../core/ports.js';
import { Credential } from '../core/secrets.js';
import { isStored, newSecret, splitTicket, toStoredDigest } from '../core/tickets.js';
import { addSec } from '../core/units.js';
import { isUsable } from '../enrolment/company-photo.js';
import { FaceError, toCode } from '../errors.js';
import { toRecoveryMessage } from './notices.js';
import { changeRecovery, type Recovery, recoveryAt, writeNewRecovery } from './record.js';
import type { recoveryLinkReply } from './replies.js';
import { beginLifeSec } from './stage.js';

export interface BegunRecovery {
  readonly id: string;
  readonly secret: Credential;
}

const linkLifeSec = 24 * 60 * 60;

const linkLabel = Buffer.from('facestep/recovery-links/the key of the secrets of all links');

/** Returns the secret of a link: a MAC, so that a made-up secret is refused without the store. */
async function deriveLinkSecret(
  version: KeyVersion,
  { connection, id }: Pick<Recovery, 'connection' | 'id'>,
  { keys }: Ports<'keys'>,
): Promise<Credential> {
  const mac = await deriveMac(version, linkLabel, { keys });
  return new Credential(`${version}-${mac(JSON.stringify([connection, id])).toString('base64url')}`);
}

/** Draws four digits, which an approver types. */
const drawNumber = (random: Random): string => Array.from({ length: 4 }, () => String(drawBelow(10, random))).join('');

const toNew = (
  { connection, subject }: ConnectedSubject,
  language: SupportedLanguage,
  { clock, random }: Ports<'clock' | 'random'>,
): Recovery => ({
  ...toSubjectRef({ connection, subject }),
  id: Buffer.from(random(12)).toString('hex'),
  language,
  begunBy: null,
  browserDigest: null,
  number: drawNumber(random),
  stage: { kind: 'proving', code: null },
  begunAt: clock.now(),
  expiresAt: addSec(clock.now(), beginLifeSec),
});

/**
 * Begins a recovery of the named account in this browser. An unknown account causes the same behavior. Callers count
 * anonymous starts.
 * @throws `locked_out`, `profile_unavailable`
 */
export async function beginRecovery(
  request: {
    readonly connection: ConnectedSubject['connection'];
    readonly login: string;
    readonly source: string;
    readonly language: SupportedLanguage;
  },
  { directoryFor, ...deps }: Ports<'state' | 'clock' | 'random'> & { readonly directoryFor: DirectoryFor },
): Promise<BegunRecovery> {
  const { connection, login, source, language } = request;
  recoveryAt(connection);
  const found = await directoryFor({ kind: 'anonymous', source }).findAccount(login);
  const subject = found?.subject ?? subjectOfIdentifier(login);
  const secret = newSecret(deps);
  const recovery: Recovery = {
    ...toNew({ connection, subject }, language, deps),
    browserDigest: toStoredDigest(secret),
  };
  await writeNewRecovery(recovery, deps);
  return { id: recovery.id, secret };
}

/**
 * Sends or returns a link with which a person begins a recovery. The link names the person and proves nothing.
 * @throws `not_found` if recovery is off; `locked_out`, `subject_unknown`, `contact_missing`, `delivery_failed`
 */
export async function sendRecoveryLink(
  request: ConnectedSubject & {
    readonly by: Agent;
    readonly send: 'none' | 'email' | 'sms';
    readonly language: SupportedLanguage;
    readonly toLink: (begun: BegunRecovery) => string;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'keys' | 'audit' | 'verifier' | 'delivery' | 'settings' | 'brandOf'>,
): Promise<z.input<typeof recoveryLinkReply>> {
  const { connection, subject, by, send, language, toLink } = request;
  recoveryAt(connection);
  const who = toSubjectRef(request);
  await consumeLimit('vouchingsOfAgent', by.id, deps);
  await consumeLimit('recoveryLinksOfPerson', JSON.stringify([who.connection, subject]), deps);
  const account = await connection.profile.readAccount(subject);
  const to = send === 'none' ? null : send === 'email' ? account.email : account.phone;
  if (send !== 'none' && to === null) throw new FaceError('contact_missing');
  const isEnrolled = await isUsable(await readTokenIfAny(connection, subject), deps);
  const begun = toNew(request, language, deps);
  const secret = await deriveLinkSecret(await deps.keys.currentVersion(), begun, deps);
  const recovery: Recovery = {
    ...begun,
    begunBy: { byId: by.id, by: by.name },
    expiresAt: addSec(deps.clock.now(), linkLifeSec),
  };
  await writeNewRecovery(recovery, deps);
  await deps.audit.append({ action: 'recovery_link_made', ...who, detail: { id: recovery.id, send, by: by.name } });
  const url = toLink({ id: recovery.id, secret });
  if (send !== 'none' && to !== null) {
    const brand = await deps.brandOf(connection);
    await deps.delivery.send(toRecoveryMessage('link', { channel: send, to, language, brand }, url));
  }
  return { id: recovery.id, url: send === 'none' ? url : null, isEnrolled, expiresAt: recovery.expiresAt };
}

/**
 * Opens the link of the help desk in one browser, at its own connection.
 * @returns the secret of the browser
 * @throws `step_up_unknown`; `step_up_opened` if another browser has opened it
 */
export async function openRecoveryLink(
  { connection, ticket }: Pick<ConnectedSubject, 'connection'> & { readonly ticket: Credential },
  deps: Ports<'state' | 'clock' | 'random' | 'keys'>,
): Promise<{ readonly recovery: Recovery; readonly secret: Credential }> {
  const link = splitTicket(ticket);
  const version = Number(link.secret.use((text) => /^([1-9]\d{0,8})-/.exec(text)?.[1]));
  const expected = await deriveLinkSecret(version, { connection: connection.id, id: link.id }, deps).catch(
    (error: unknown) => {
      if (toCode(error) === 'token_key_retired') return null;
      throw error;
    },
  );
  if (expected === null || !isStored(link.secret, toStoredDigest(expected))) throw new FaceError('step_up_unknown');
  const secret = newSecret(deps);
  const open = (found: Recovery): Recovery => {
    if (found.begunBy === null || found.expiresAt <= deps.clock.now()) throw new FaceError('step_up_unknown');
    // A link opens once.
    if (found.browserDigest !== null) throw new FaceError('step_up_opened');
    return {
      ...found,
      browserDigest: toStoredDigest(secret),
      expiresAt: addSec(deps.clock.now(), beginLifeSec),
    };
  };
  return { recovery: await changeRecovery(link.id, open, deps, 'step_up_unknown'), secret };
}
