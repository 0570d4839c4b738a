import { expect, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { Credential } from '../core/secrets.js';
import { createNoteSecretUse, findSecret, type SecretUse } from './hook.js';
import { toRotatable } from './provisioning.js';

const current = new Credential('canary-current');
const previous = new Credential('canary-previous');
const is = (text: string) => (secret: Credential) => secret.use((value) => value === text);

test('the current and the previous secret are distinguished; other secrets and an unset previous one are refused', () => {
  expect(findSecret({ current, previous }, is('canary-current'))).toBe('current');
  expect(findSecret({ current, previous }, is('canary-previous'))).toBe('previous');
  expect(findSecret({ current, previous }, is('another'))).toBeNull();
  expect(findSecret({ current, previous: undefined }, is('canary-previous'))).toBeNull();
  // The same one twice is no reason to say that something is left to do.
  expect(findSecret({ current, previous: current }, is('canary-current'))).toBe('current');
});

test('a sent secret is always compared with both secrets, also after a match', () => {
  for (const sent of ['canary-current', 'canary-previous', 'another']) {
    let looks = 0;
    findSecret({ current, previous }, (secret) => {
      looks += 1;
      return is(sent)(secret);
    });
    expect(looks).toBe(2);
  }
});

test('each use is reported; the log has one warning a minute per hook while the previous secret is in use', () => {
  const clock = createManualClock();
  const log = createTextLog();
  const used: string[] = [];
  const onSecretUsed = ({ secret }: SecretUse): void => void used.push(secret);
  const note = createNoteSecretUse({ connection: 'workforce', clock, log, onSecretUsed });
  for (const hook of ['token', 'token', 'events', 'token']) note(hook, 'previous');
  clock.advanceSec(59);
  note('token', 'previous');
  clock.advanceSec(1);
  note('token', 'previous');
  note('token', 'current');
  expect(used).toEqual([...Array(6).fill('previous'), 'current']);
  const lines = log.text().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    ['token', 'events', 'token'].map((hook) => ({
      message: 'called with the previous secret',
      connection: 'workforce',
      hook,
    })),
  );
});

test('a mark of 16 bits distinguishes two secrets', () => {
  const marksOf = (secrets: Parameters<typeof toRotatable>[2]) => toRotatable('secret', 'previous', secrets)[0]!.marks;
  const marks = marksOf({ current, previous });
  expect(Object.values(marks)).toEqual([
    expect.stringMatching(/^[0-9a-f]{4}$/),
    expect.stringMatching(/^[0-9a-f]{4}$/),
  ]);
  expect(marks.current).not.toBe(marks.previous);
  expect(marksOf({ current, previous: undefined })).toEqual({ current: marks.current, previous: null });
});
