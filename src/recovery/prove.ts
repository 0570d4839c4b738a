import { type Connection, hasNoAccount } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isIndependentProof } from '../core/enrolment-proof.js';
import { anonymousShare } from '../core/fair-queue.js';
import { charge, consumeLimit, consumeLimits, type LimitUse } from '../core/limits/limits.js';
import { pause } from '../core/resilience.js';
import type { SecondThing } from '../core/second-things.js';
import type { Credential } from '../core/secrets.js';
import { takeRecoveryCode } from '../enrolment/recovery-codes.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { isKnownDevice } from '../notifications/known-places.js';
import { issueCodes, takeCodes, toCodeMessage } from '../notifications/one-time-codes.js';
import { quietSince, readQuietContacts } from './eligibility.js';
import { changeRecovery, type OpenRecovery, type Recovery, recoveryAt, type Visited, withStage } from './record.js';
import { isProvenFirst, type StageOf, stageAt } from './stage.js';

/** The second thing that a person names, and what proves it. */
export type Shown =
  | { readonly secondThing: 'recovery_code' | 'other_email' | 'phone'; readonly code: Credential }
  | { readonly secondThing: 'known_device'; readonly device: Credential | null }
  | { readonly secondThing: 'document' | 'help_desk' | 'manager' };

/** @throws `not_found` if the policy does not list it; `step_up_finished` if it is too late for a second thing */
function checkOffered(recovery: Recovery, connection: Connection, thing: SecondThing, { clock }: Ports<'clock'>): void {
  if (!recoveryAt(connection).policy.secondThings.includes(thing)) throw new FaceError('not_found');
  const stage = stageAt(recovery, clock.now());
  // A person may choose another one before the face check, as long as none is proven.
  const isOpen = stage.kind === 'proving' || (stage.kind === 'face' && !isProvenFirst(stage.secondThing));
  if (!isOpen) throw new FaceError('step_up_finished');
}

/**
 * Sends a code to the second mailbox or the phone, in the background, so that neither time nor page reveals whether there
 * is one. Nothing is sent to a contact that changed in the last days, and no more than the limits of person and
 * connection allow. No limit that others can use up applies behind a link of the help desk.
 * @throws `not_found`, `step_up_finished`; `locked_out` after too many codes of this recovery or network
 */
export async function sendSecondCode(
  { recovery, connection, channel, source }: Visited & { readonly channel: 'other_email' | 'phone' },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'delivery' | 'settings' | 'brandOf' | 'keys'>,
): Promise<void> {
  checkOffered(recovery, connection, channel, deps);
  const { id, subject, language, begunBy } = recovery;
  const isAnonymous = begunBy === null;
  const ofRecovery: LimitUse = ['recoveryCodesOfRecovery', id];
  await consumeLimits(isAnonymous ? [ofRecovery, ['recoveryCodesOfSource', source]] : [ofRecovery], deps);
  const issued = await issueCodes({ about: aboutOf(id, channel), names: [channel] }, deps);
  const note = (found: Recovery): Recovery => {
    checkOffered(found, connection, channel, deps);
    return withStage(found, { kind: 'proving', code: { id: issued.id, thing: channel } });
  };
  await changeRecovery(id, note, deps);
  const noteUnsent = (code: FaceErrorCode): void =>
    deps.log.warn('recovery code not sent', { connection: connection.id, code });
  const send = async (): Promise<void> => {
    await pause(afterReplyMs);
    // The provider is not asked about names that it does not know.
    if (hasNoAccount(subject)) return;
    if (isAnonymous) await consumeLimit('recoveryCodesOfPerson', personOf(recovery), deps);
    const found = await readQuietContacts({ connection, subject, secondThing: channel, compareOnly: true }, deps);
    if (found.kind === 'refused') return noteUnsent(found.reason);
    const to = found.contacts[channel];
    if (to === null) return;
    if (isAnonymous) await consumeLimits([['recoveryCodesOfConnection', connection.id, anonymousShare(source)]], deps);
    const brand = await deps.brandOf(connection);
    const recipient = { channel: channel === 'phone' ? 'sms' : 'email', to, language, brand } as const;
    await deps.delivery.send(toCodeMessage(recipient, issued.codes.get(channel) ?? '', 'recoveryCode'));
    const detail = { id, channel };
    await deps.audit.append({ action: 'recovery_code_sent', connection: connection.id, subject, detail });
  };
  void send().catch((error: unknown) => noteUnsent(toCode(error)));
}

/** The reply is sent before the work begins, so that its time does not tell who has an account. */
const afterReplyMs = 250;

const personOf = ({ connection, subject }: Recovery): string => JSON.stringify([connection, subject]);

const aboutOf = (id: string, channel: string): string => `recovery:${id}:${channel}`;

/**
 * Takes the second thing. Attempts count by recovery. Those of anonymous callers also count by network, and by person
 * until they succeed. An approval and a document are only noted: they are asked for after or in the face check.
 * @throws `code_wrong`, also while the attempts at this person are used up, so that known and unknown names look alike;
 * `locked_out` after too many attempts of this recovery or network; `not_found`, `step_up_finished`
 */
export async function proveSecondThing(
  { recovery, connection, shown, source }: Visited & { readonly shown: Shown },
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'settings'>,
): Promise<Recovery> {
  const { secondThing } = shown;
  checkOffered(recovery, connection, secondThing, deps);
  const { id, subject } = recovery;
  const who = { connection: connection.id, subject };
  if (isProvenFirst(secondThing)) {
    if (!(await countTaking(shown, { recovery, connection, source }, deps))) throw new FaceError('code_wrong');
    await deps.audit.append({ action: 'recovery_second_thing_proven', ...who, detail: { id, secondThing } });
  }
  return changeRecovery(
    id,
    (found) => {
      checkOffered(found, connection, secondThing, deps);
      return withStage(found, { kind: 'face', secondThing, stepUpId: null, code: codeIn(found) });
    },
    deps,
  );
}

const codeIn = ({ stage }: Recovery): StageOf<'proving'>['code'] =>
  stage.kind === 'proving' || stage.kind === 'face' ? stage.code : null;

/** Counts an attempt before it runs, so that parallel attempts count. @returns true if the second thing is proven */
async function countTaking(
  shown: Shown,
  { recovery, connection, source }: Visited,
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'settings'>,
): Promise<boolean> {
  const ofRecovery: LimitUse = ['recoveryAttemptsOfRecovery', recovery.id];
  const ofSource: LimitUse = ['recoveryAttemptsOfSource', source];
  const ofPerson: LimitUse = ['recoveryAttemptsOfPerson', personOf(recovery)];
  // Anonymous callers cannot use up what a link of the help desk allows.
  if (recovery.begunBy !== null) {
    await consumeLimits([ofRecovery], deps);
    return take(shown, { recovery, connection }, deps);
  }
  await consumeLimits([ofRecovery, ofSource], deps);
  try {
    await consumeLimits([ofPerson], deps);
  } catch (error) {
    if (toCode(error) === 'locked_out') return false;
    throw error;
  }
  if (!(await take(shown, { recovery, connection }, deps))) return false;
  await charge([ofSource, ofPerson], -1, deps);
  return true;
}

async function take(
  shown: Shown,
  { recovery, connection: of }: OpenRecovery,
  deps: Ports<'state' | 'clock' | 'keys'>,
): Promise<boolean> {
  const { id, connection, subject } = recovery;
  const who = { connection, subject };
  switch (shown.secondThing) {
    case 'recovery_code':
      // Codes that a replaced face, or a face alone, has made would prove the face twice.
      return takeRecoveryCode(who, shown.code, isIndependentProof, deps);
    case 'other_email':
    case 'phone': {
      const sent = codeIn(recovery);
      if (sent === null) return false;
      const codes = { [shown.secondThing]: shown.code.use((text) => text) };
      const about = aboutOf(id, shown.secondThing);
      return takeCodes({ id: sent.id, codes, isExpected: (each) => each === about }, deps).then(
        () => true,
        (error: unknown) => {
          if (toCode(error) === 'code_wrong') return false;
          throw error;
        },
      );
    }
    case 'known_device':
      return (
        shown.device !== null &&
        (await isKnownDevice(who, { device: shown.device, before: quietSince(of, deps) }, deps))
      );
    case 'document':
    case 'help_desk':
    case 'manager':
      return false;
  }
}
