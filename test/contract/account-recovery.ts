import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AccountRecovery, IssuedCredential, RecoveryCredentialKind } from '../../src/core/ports.js';
import type { FaceErrorCode } from '../../src/errors.js';

export interface RecoveryHarness {
  readonly port: AccountRecovery;
  /** An active user, another one, one whose account is not active, and one that the provider does not know. */
  readonly subjects: {
    readonly one: string;
    readonly other: string;
    readonly inactive: string;
    readonly unknown: string;
  };
  /** Returns true if the user can sign in with this credential. Must not use the credential up. */
  works(subject: string, credential: string): Promise<boolean>;
  /** Answers that have a credential and are malformed. Omitted if the server chooses the credential. */
  toMalformed?(credential: string): readonly object[];
  /** Connects again, with this answer to the call that issues a credential. */
  answerIssue?(answer: () => Response): AccountRecovery;
  logText(): string;
  stopProvider(): Promise<void>;
  close(): Promise<void>;
}

export interface RecoveryRow {
  readonly kind: RecoveryCredentialKind;
  readonly revoked: 'ended' | 'expires';
  setUp(): Promise<RecoveryHarness>;
}

const textOf = ({ credential }: IssuedCredential): string => credential.use((text) => text);

export function runAccountRecoveryContract(name: string, { kind, revoked, setUp }: RecoveryRow): void {
  describe(`account recovery: ${name}`, () => {
    let harness: RecoveryHarness;
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(() => harness.close());

    const expectEveryCallFails = async (subject: string, code: FaceErrorCode): Promise<void> => {
      const calls = [
        () => harness.port.checkIssuable(subject),
        () => harness.port.issueCredential(subject),
        () => harness.port.revokeCredential(subject, null),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code });
    };

    test('an issued credential works for this user only', async () => {
      const { port, subjects, works } = harness;
      expect(port.credentialKind).toBe(kind);
      await port.checkIssuable(subjects.one);
      const issued = await port.issueCredential(subjects.one);
      expect(await works(subjects.one, textOf(issued))).toBe(true);
      expect(await works(subjects.other, textOf(issued))).toBe(false);
    });

    test('a new credential ends the former one', async () => {
      const { port, subjects, works } = harness;
      const former = await port.issueCredential(subjects.one);
      const other = await port.issueCredential(subjects.other);
      const issued = await port.issueCredential(subjects.one);
      expect(textOf(issued)).not.toBe(textOf(former));
      expect(await works(subjects.one, textOf(former))).toBe(false);
      expect(await works(subjects.one, textOf(issued))).toBe(true);
      expect(await works(subjects.other, textOf(other))).toBe(true);
    });

    test.each([['its id'], ['no id']])('a credential is revoked by %s, any number of times', async (by) => {
      const { port, subjects, works } = harness;
      const issued = await port.issueCredential(subjects.one);
      const other = await port.issueCredential(subjects.other);
      const id = by === 'no id' ? null : issued.id;
      for (let time = 0; time < 2; time += 1) {
        expect(await port.revokeCredential(subjects.one, id)).toBe(revoked);
        expect(await works(subjects.one, textOf(issued))).toBe(revoked === 'expires');
      }
      expect(await works(subjects.other, textOf(other))).toBe(true);
    });

    test('a password that was set with the credential can be ended, too', async () => {
      const { port, subjects, works } = harness;
      const issued = await port.issueCredential(subjects.one);
      await port.endPassword?.(subjects.one);
      expect(await works(subjects.one, textOf(issued))).toBe(port.endPassword === undefined);
    });

    test('revoking is no error for a user without a credential', async () => {
      expect(await harness.port.revokeCredential(harness.subjects.one, null)).toBe(revoked);
    });

    test('a user whose account is not active gets none', async () => {
      const { port, subjects } = harness;
      const refused = { code: 'credential_refused' };
      await expect(port.checkIssuable(subjects.inactive)).rejects.toMatchObject(refused);
      await expect(port.issueCredential(subjects.inactive)).rejects.toMatchObject(refused);
    });

    test('an unknown user is subject_unknown', async () => {
      const { one, unknown } = harness.subjects;
      for (const subject of [unknown, '', '../groups', 'me', 'ada', 'ada@example.com', `${one}"`, `../users/${one}`])
        await expectEveryCallFails(subject, 'subject_unknown');
    });

    test('an unreachable provider is profile_unavailable', async () => {
      await harness.stopProvider();
      await expectEveryCallFails(harness.subjects.one, 'profile_unavailable');
    });

    test('no printed result, error or log has the credential', async () => {
      const { port, subjects, toMalformed, answerIssue, logText } = harness;
      const print = (value: unknown) => JSON.stringify(value) + inspect(value, { depth: 20, showHidden: true });
      const issued = await port.issueCredential(subjects.one);
      const told = [print(issued)];
      const malformed = toMalformed?.(textOf(issued)).map((answer) => JSON.stringify(answer)) ?? [];
      for (const text of [...malformed, ...malformed.map((whole) => whole.slice(0, -1))])
        for (const status of [200, 400, 403, 404, 422, 500]) {
          const broken = answerIssue!(() => new Response(text, { status }));
          const error = await broken.issueCredential(subjects.one).catch((reason: unknown) => reason);
          expect(error).toHaveProperty('code');
          told.push(print(error));
        }
      expect(told.join() + logText()).not.toContain(textOf(issued));
    });
  });
}
