import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import type { AdapterName } from '../../adapters/index.js';
import { probeBody, type RawReply, type RequestHead, type ServedHook } from '../../src/connections/hook.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Fetch } from '../../src/core/ports.js';
import type { RuleConditions } from '../../src/core/rules/rule.js';
import { findSeenConditions } from '../../src/core/rules/seen-conditions.js';
import { SealedToken } from '../../src/core/secrets.js';
import { type FaceErrorCode, faceErrorCodes, toCode } from '../../src/errors.js';
import type { HookSignIn } from '../../src/step-up/passed-step-up.js';
import { toBody } from '../../support/data/event-body.js';
import { projectRoot } from '../../support/run/paths.js';
import { sendHalf } from '../../support/servers/half-sent.js';
import { startHooks } from '../../support/servers/hook-server.js';
import type { ServedAdapter } from '../../support/servers/serve-adapter.js';
import { runSearchContract } from './search.js';

/** Text that is put into secrets and tokens, and that no output may contain. */
export const canary = 'canary-7f3a9c51e0b24d68';

export interface RawRequest extends RequestHead {
  readonly body: Uint8Array;
}

export type Handler = Pick<ServedHook, 'admit' | 'refuse'>;

export interface AdapterHarness {
  readonly adapter: ServedAdapter;
  /** Functions that the provider runs instead of calling a hook, by name. */
  readonly triggers?: Readonly<Record<string, Handler>>;
  logText(): string;
  decisions(): number;
  /** Absent if the provider calls no hook. */
  lastDecision?(): JsonObject | undefined;
  readonly subjects: { readonly one: string; readonly other: string; readonly unknown: string };
  addUser(login: string): Promise<string>;
  callUser(subject: string, given: string, family: string): void | Promise<void>;
  readAttribute(subject: string): string | null | Promise<string | null>;
  /** True if an id may be any text, which the adapter encodes as one segment of a path. */
  readonly hasOpaqueIds?: boolean;
  /** Connects again, with these settings of the policy. */
  connectWithPolicy(policy: Readonly<Record<string, unknown>>): ServedAdapter;
  /** Connects again, with the provider behind the returned `fetch`. Absent if it does not speak HTTP. */
  connectThrough?(wrap: (send: Fetch) => Fetch): ServedAdapter;
  stopProvider(): Promise<void>;
  passStepUp(subject: string, signIn?: HookSignIn): Promise<void>;
  readonly answers?: Readonly<Record<string, (body: unknown) => unknown>>;
  readonly hooks: Readonly<Record<string, HookHarness>>;
  close(): Promise<void>;
}

export interface HookHarness {
  readonly fixturePrefix: string;
  readonly parse: (body: Uint8Array) => unknown;
  readonly toEvent: (subject: string, eventId: string) => Record<string, unknown>;
  /** Sign-in details that the hook must read from `toEvent`. Omitted if the event has none. */
  readonly tells?: HookSignIn;
  readonly sign: (body: Uint8Array) => RawRequest;
  readonly forgeries: (body: Uint8Array) => readonly RawRequest[];
  readonly replyGuard: z.ZodType;
  readonly isGranted: (reply: RawReply) => boolean;
  readonly toLook?: (reply: RawReply) => unknown;
  readonly isLetThrough: (reply: RawReply) => boolean;
  readonly replyMaxBytes: number;
}

/** One condition of each name. Whether it is true does not matter. */
const conditions: Required<RuleConditions> = {
  groups: ['Finance'],
  applications: ['another application'],
  networks: ['office'],
  newNetwork: true,
  newBrowser: true,
  lastCheckHours: 8,
  devices: ['phone'],
};

export async function askHook(
  { hooks }: { readonly hooks: Readonly<Record<string, Handler>> },
  name: string,
  { body, ...head }: RawRequest,
): Promise<RawReply> {
  const hook = hooks[name]!;
  try {
    const answer = await hook.admit(head);
    return await answer(body);
  } catch (error) {
    return hook.refuse(toCode(error));
  }
}

/**
 * Tests an adapter.
 * @param hookNames - hooks that grant something after a step-up
 * @param noticeNames - hooks that only report and grant nothing
 */
export function runAdapterContract(
  name: AdapterName,
  hookNames: readonly string[],
  setUp: () => Promise<AdapterHarness>,
  noticeNames: readonly string[] = [],
  triggerNames: readonly string[] = [],
): void {
  const allNames = [...hookNames, ...noticeNames];
  const folder = join(projectRoot, 'adapters', name);

  describe(`adapter: ${name}`, () => {
    let harness: AdapterHarness;
    const testOverHttp = (title: string, run: () => Promise<void>): void => {
      if (name !== 'ldap') test(title, run);
    };
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(() => harness.close());

    test('has the registered kind and serves exactly the hooks and triggers of this suite', () => {
      expect(harness.adapter.kind).toBe(name);
      const served = allNames.filter((each) => !triggerNames.includes(each));
      expect(Object.keys(harness.adapter.hooks).toSorted()).toEqual(served.toSorted());
      expect(Object.keys(harness.triggers ?? {}).toSorted()).toEqual(triggerNames.toSorted());
      expect(Object.keys(harness.hooks).toSorted()).toEqual(allNames.toSorted());
    });

    test('every fixture belongs to a hook or to an API reply that the adapter parses, also with unknown fields', () => {
      const fixtures = existsSync(join(folder, 'fixtures')) ? readdirSync(join(folder, 'fixtures')) : [];
      for (const [prefix, parse] of Object.entries(harness.answers ?? {})) {
        const own = fixtures.filter((file) => file.startsWith(prefix));
        expect(own.length).toBeGreaterThan(0);
        for (const file of own) {
          const fixture: unknown = JSON.parse(readFileSync(join(folder, 'fixtures', file), 'utf8'));
          expect(parse(fixture)).not.toBeNull();
          expect(parse(withUnknownFields(fixture))).toEqual(parse(fixture));
        }
      }
      const ofHooks = Object.values(harness.hooks).map(({ fixturePrefix }) => fixturePrefix);
      const prefixes = [...ofHooks, ...Object.keys(harness.answers ?? {})];
      const strays = fixtures.filter((file) => !prefixes.some((prefix) => file.startsWith(prefix)));
      expect(strays).toEqual([]);
    });

    for (const hookName of allNames)
      describe(`hook ${hookName}`, () => {
        const isNotice = noticeNames.includes(hookName);
        const isTrigger = triggerNames.includes(hookName);
        const testDecision = (title: string, run: () => Promise<void>): void => {
          if (!isNotice) test(title, run);
        };
        const hook = () => harness.hooks[hookName]!;
        const handlers = () => ({ ...harness.adapter.hooks, ...harness.triggers });
        const ask = (request: RawRequest) => askHook({ hooks: handlers() }, hookName, request);
        const askAbout = (subject: string, eventId = 'event-1') =>
          ask(hook().sign(toBody(hook().toEvent(subject, eventId))));

        test('every refusal is a reply that the provider accepts and that grants nothing', () => {
          const refuse = (code: FaceErrorCode) => handlers()[hookName]!.refuse(code);
          expect(faceErrorCodes.filter((code) => !hook().replyGuard.safeParse(refuse(code)).success)).toEqual([]);
          expect(faceErrorCodes.filter((code) => hook().isGranted(refuse(code)))).toEqual([]);
        });

        test('grants nothing without a step-up, with the same reply for a known and an unknown user', async () => {
          const { one, other, unknown } = harness.subjects;
          const replies = await Promise.all([one, other, unknown].map((subject) => askAbout(subject)));
          const { isGranted, toLook = (reply) => reply } = hook();
          expect(isGranted(replies[0]!)).toBe(false);
          expect(new Set(replies.map((reply) => JSON.stringify(toLook(reply)))).size).toBe(1);
        });

        test('a caller without valid credentials gets the same refusal for every subject and consumes no pass', async () => {
          const { one, other, unknown } = harness.subjects;
          await harness.passStepUp(one);
          const requests = [one, other, unknown].flatMap((subject) =>
            hook().forgeries(toBody(hook().toEvent(subject, 'event-1'))),
          );
          const malformed = hook().forgeries(Buffer.from('{'));
          // Sent one after the other, because concurrent requests could exceed the timeout for the provider's keys on a
          // busy machine.
          const replies: RawReply[] = [];
          for (const each of [...requests, ...malformed]) replies.push(await ask(each));
          expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
          expect(replies[0]).toEqual(handlers()[hookName]!.refuse('caller_untrusted'));
          expect(harness.decisions()).toBe(0);
          if (!isNotice) expect(hook().isGranted(await askAbout(one, 'event-2'))).toBe(true);
        });

        if (!isTrigger) {
          test('refuses an unverified caller by its headers; if only the body proves the caller, a large body is refused', async () => {
            const { adapter, subjects } = harness;
            const served = adapter.hooks[hookName]!;
            const event = toBody(hook().toEvent(subjects.one, 'event-1'));
            const heads = hook()
              .forgeries(event)
              .map(({ method, headers }) => ({ method, headers }));
            const refused = (head: RequestHead) =>
              served.admit(head).then(
                () => false,
                (error: unknown) => toCode(error) === 'caller_untrusted',
              );
            const refusals = await Promise.all(heads.map(refused));
            expect(refusals).toContain(true);
            if (served.proof === 'headers') expect(refusals).not.toContain(false);
            const { port, stop } = await startHooks(new Map([['workforce', adapter.hooks]]));
            // A socket cannot send headers with trailing spaces.
            const sendable = heads.filter(
              ({ headers }, at) => refusals[at] && Object.values(headers).every((text) => text === text?.trim()),
            );
            const { status } = served.refuse('caller_untrusted');
            for (const { headers } of sendable) {
              const sent = Object.entries(headers).map(([name, text]) => [name, String(text)]);
              const half = await sendHalf(port, `/hooks/workforce/${hookName}`, {
                headers: { ...Object.fromEntries(sent), 'content-length': String(event.length) },
              });
              expect(await half.answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
              half.end();
            }
            expect(sendable.length).toBeGreaterThan(0);
            if (served.proof !== 'headers') {
              // These callers cannot be refused before their body is complete, so the server reads no more than a real
              // event's size.
              const long = Buffer.alloc(17 * 1024, ' ');
              const tooLarge = served.refuse('body_too_large');
              for (const { method, headers } of hook().forgeries(long)) {
                if (await refused({ method, headers })) continue;
                const sent = Object.entries(headers).map(([name, text]): [string, string] => [
                  name,
                  String(text).trim(),
                ]);
                const url = `http://127.0.0.1:${port}/hooks/workforce/${hookName}`;
                const answer = await fetch(url, { method: 'POST', headers: Object.fromEntries(sent), body: long });
                expect({ status: answer.status, body: await answer.json() }).toEqual(tooLarge);
              }
            }
            await stop();
          });
        }

        testDecision('grants once for a passed step-up of the same user, and nothing for another user', async () => {
          const { one, other } = harness.subjects;
          await harness.passStepUp(one);
          expect(hook().isGranted(await askAbout(other, 'event-1'))).toBe(false);
          const granted = await askAbout(one, 'event-2');
          expect(hook().isGranted(granted)).toBe(true);
          expect(hook().replyGuard.safeParse(granted).error).toBeUndefined();
          expect(hook().isGranted(await askAbout(one, 'event-3'))).toBe(false);
        });

        testDecision('a pass for another application or address grants nothing and is not consumed', async () => {
          const { one } = harness.subjects;
          const { tells = { application: null, address: null }, isGranted } = hook();
          const others = [
            ...(tells.application === null ? [] : [{ ...tells, application: 'another application' }]),
            ...(tells.address === null ? [] : [{ ...tells, address: '198.51.100.9' }]),
          ];
          for (const [index, signIn] of others.entries()) {
            await harness.passStepUp(one, signIn);
            expect(isGranted(await askAbout(one, `other-${index}`))).toBe(false);
          }
          await harness.passStepUp(one, tells);
          expect(isGranted(await askAbout(one, 'own'))).toBe(true);
        });

        testDecision(
          'a repeated event, also a concurrent one, gets the same reply and consumes the pass once',
          async () => {
            const { one } = harness.subjects;
            await harness.passStepUp(one);
            const together = await Promise.all([1, 2, 3, 4].map(() => askAbout(one, 'event-1')));
            const later = await askAbout(one, 'event-1');
            expect(hook().isGranted(later)).toBe(true);
            expect(new Set([...together, later].map((reply) => JSON.stringify(reply))).size).toBe(1);
            expect(harness.decisions()).toBe(isTrigger ? 0 : 1);
          },
        );

        if (!isTrigger) {
          testDecision('shadow mode lets every verified call through and records each decision', async () => {
            const { one, unknown } = harness.subjects;
            const shadow = harness.connectWithPolicy({ mode: 'shadow' });
            const { toEvent, sign, forgeries, isLetThrough, isGranted } = hook();
            const askShadow = (request: RawRequest) => askHook(shadow, hookName, request);
            const before = harness.decisions();
            for (const subject of [one, unknown]) {
              const unverified = await askShadow(sign(toBody(toEvent(subject, `event-${subject}`))));
              expect(isLetThrough(unverified)).toBe(true);
              expect(hook().replyGuard.safeParse(unverified).error).toBeUndefined();
            }
            expect(isLetThrough(await askShadow(sign(Buffer.from('{'))))).toBe(true);
            expect(harness.decisions()).toBe(before + 3);
            expect(
              faceErrorCodes.filter(
                (code) =>
                  !['caller_untrusted', 'hook_probed'].includes(code) &&
                  !isLetThrough(shadow.hooks[hookName]!.refuse(code)),
              ),
            ).toEqual([]);
            const untrusted = harness.adapter.hooks[hookName]!.refuse('caller_untrusted');
            for (const forged of forgeries(toBody(toEvent(one, 'event-1')))) {
              expect(await askShadow(forged)).toEqual(untrusted);
            }
            await harness.passStepUp(one);
            expect(isGranted(await askShadow(sign(toBody(toEvent(one, 'event-2')))))).toBe(true);
          });
        }

        if (!isTrigger) {
          test('a rule is evaluated for exactly the conditions that the hook states to see', async () => {
            const { one } = harness.subjects;
            const sees = harness.adapter.sees[hookName] ?? null;
            const { toEvent, sign, isGranted } = hook();
            const connectUnder = (rule: object) => {
              const rules = [{ name: 'sample', mode: 'enforce', ...rule }];
              const networks = { office: ['192.0.2.0/24'] };
              const adapter = harness.connectWithPolicy({ mode: 'shadow', rules, networks });
              return (eventId: string) => askHook(adapter, hookName, sign(toBody(toEvent(one, eventId))));
            };
            if (sees === null) {
              await harness.passStepUp(one);
              expect(isGranted(await connectUnder({ outcome: 'deny' })('event-1'))).toBe(!isNotice);
              return;
            }
            const known: string[] = [];
            for (const [name, condition] of Object.entries(conditions)) {
              const rule = { when: { [name]: condition }, outcome: 'none', whenUnknown: 'deny' };
              const ask = connectUnder(rule);
              // On a busy machine, the groups may not be there within the time of the first hook.
              const tries = name === 'groups' && findSeenConditions(sees).has('groups') ? 50 : 1;
              let reason: unknown = 'rule_unknown';
              for (let at = 0; at < tries && reason === 'rule_unknown'; at += 1) {
                await ask(`event-${name}-${at}`);
                const decision = harness.lastDecision?.();
                expect(decision).toMatchObject({ hook: hookName, outcome: 'unverified' });
                reason = decision?.reason;
              }
              if (reason !== 'rule_unknown') known.push(name);
            }
            expect(harness.decisions()).toBeGreaterThanOrEqual(Object.keys(conditions).length);
            expect(known).toEqual([...findSeenConditions(sees)]);
          });
        }

        if (!isTrigger) {
          test('a probe gets another reply than a forged call, in enforcement and in shadow mode, and is not recorded', async () => {
            const probed = harness.adapter.hooks[hookName]!.refuse('hook_probed');
            expect(probed).not.toEqual(harness.adapter.hooks[hookName]!.refuse('caller_untrusted'));
            const own = harness.adapter.probes[hookName]?.();
            const probes = [
              hook().sign(Buffer.from(probeBody)),
              ...(own === undefined ? [] : [{ ...own, method: 'POST', body: Buffer.from(own.body) }]),
            ];
            for (const adapter of [harness.adapter, harness.connectWithPolicy({ mode: 'shadow' })]) {
              for (const probe of probes) expect(await askHook(adapter, hookName, probe)).toEqual(probed);
              for (const stranger of hook().forgeries(Buffer.from(probeBody)))
                expect(await askHook(adapter, hookName, stranger)).not.toEqual(probed);
            }
            expect(harness.decisions()).toBe(0);
          });
        }

        test('parses every fixture, also with an unknown field at every level', () => {
          const fixtures = readdirSync(join(folder, 'fixtures')).filter((file) =>
            file.startsWith(hook().fixturePrefix),
          );
          expect(fixtures.length).toBeGreaterThan(0);
          for (const file of fixtures) {
            const fixture: unknown = JSON.parse(readFileSync(join(folder, 'fixtures', file), 'utf8'));
            expect(() => hook().parse(toBody(fixture))).not.toThrow();
            expect(() => hook().parse(toBody(withUnknownFields(fixture)))).not.toThrow();
          }
        });

        test('every reply is below the size limit of the provider', async () => {
          await harness.passStepUp(harness.subjects.one);
          const replies = [
            await askAbout(harness.subjects.one),
            ...faceErrorCodes.map((code) => handlers()[hookName]!.refuse(code)),
          ];
          for (const { body } of replies) expect(JSON.stringify(body).length).toBeLessThan(hook().replyMaxBytes);
        });

        test('a field that is missing, null, of another type or 1 MB long gets a valid reply that grants nothing', async () => {
          // No one has passed a step-up here, so nothing may be granted.
          const check = async (event: unknown) => {
            const reply = await ask(hook().sign(toBody(event)));
            expect(hook().replyGuard.safeParse(reply).error).toBeUndefined();
            expect(hook().isGranted(reply)).toBe(false);
            expect(reply.status).toBeLessThan(500);
          };
          const event = hook().toEvent(harness.subjects.one, 'event-1');
          const paths = pathsOf(event);
          const poisons = [undefined, null, 0, '', 'x'.repeat(1024 * 1024), true, [], {}, ['x'], { length: 1 }];
          for (const path of paths) for (const poison of poisons) await check(withChange(event, path, poison));
          await fc.assert(
            fc.asyncProperty(
              fc.array(fc.tuple(fc.constantFrom(...paths), fc.jsonValue()), { minLength: 1, maxLength: 4 }),
              (changes) =>
                check(changes.reduce<unknown>((changed, [path, value]) => withChange(changed, path, value), event)),
            ),
          );
          await fc.assert(fc.asyncProperty(fc.jsonValue(), check));
        });

        test('the reply and the log repeat no text of the request', async () => {
          const event = { ...hook().toEvent(canary.replaceAll('-', ''), canary), [canary]: canary };
          const bodies = [toBody(event), Buffer.from(`{"${canary}`), toBody({ ...event, eventTime: canary })];
          const requests = bodies.flatMap((body) => [hook().sign(body), ...hook().forgeries(body)]);
          const replies = await Promise.all(requests.map(ask));
          expect(JSON.stringify(replies)).not.toMatch(/canary/);
          expect(harness.logText()).not.toMatch(/canary/);
        });
      });

    describe('profile', () => {
      test('writes the token to the attribute at the provider, reads it back, and clears it', async () => {
        const { profile } = harness.adapter;
        const { one, other } = harness.subjects;
        const text = `FV1.${canary}.${'x'.repeat(228)}`;
        expect(await profile.readToken(one)).toBeNull();
        await profile.writeToken(one, new SealedToken(text));
        expect(await harness.readAttribute(one)).toBe(text);
        expect(await harness.readAttribute(other)).toBeNull();
        expect((await profile.readToken(one))?.use((token) => token)).toBe(text);
        await profile.clearToken(one);
        expect(await harness.readAttribute(one)).toBeNull();
        expect(await profile.readToken(one)).toBeNull();
        await profile.clearToken(one);
        expect(harness.logText()).not.toContain(canary);
      });

      test('finds a user by login in any case and returns the login, e-mail address and id of the provider', async () => {
        const { profile } = harness.adapter;
        for (const login of ['Charles.Babbage@example.com', "o'Brien+x&y=1#EXT#%41!@example.com"]) {
          const id = await harness.addUser(login);
          expect((await profile.findAccount(login))?.subject).toBe(id);
          const account = { subject: id, login, email: login, phone: null };
          expect(await profile.findAccount(login.toUpperCase())).toEqual(account);
          expect(await profile.readAccount(id)).toMatchObject(account);
          // Anonymous callers get the same account, as long as their budget of API calls is not used up.
          expect(await profile.findAccount(login, 'anonymous')).toEqual(account);
          expect(await profile.readAccount(id, 'anonymous')).toMatchObject(account);
        }
      });

      test('finds no user for an unknown login, even if it is malformed or similar to an existing login', async () => {
        const { profile } = harness.adapter;
        const login = 'charles@example.com';
        const id = await harness.addUser(login);
        const { one, unknown } = harness.subjects;
        const strange = [
          '',
          ' ',
          '.',
          '..',
          '../users',
          'me',
          '*',
          '!x',
          '*@example.com',
          '%',
          '"',
          "' or '1'='1",
          '$',
        ];
        const near = ['/', '?x=1', '#', '%00', '\0', '\n', ' ', '%2e', '\\', '/../me', '"', '\ud800', '*'];
        for (const text of [
          one,
          id,
          unknown,
          'nobody',
          'nobody@example.com',
          'x'.repeat(100_000),
          `${'x'.repeat(200)}@example.com`,
          ...strange,
          ...near.map((end) => login + end),
          ...near.map((start) => start + login),
        ]) {
          expect([text, await profile.findAccount(text)]).toEqual([text, null]);
        }
        expect((await profile.findAccount(login))?.subject).toBe(id);
      });

      testOverHttp('an anonymous caller causes the same provider calls for existing and unknown users', async () => {
        const calls: string[] = [];
        const { profile } = harness.connectThrough!((send) => async (url, init) => {
          calls.push(toCallShape(url, init));
          return send(url, init);
        });
        const shapesOf = async (names: readonly string[], ask: (name: string) => Promise<unknown>) => {
          await ask(names[0]!).catch(toCode);
          const shapes = new Map<string, string>();
          for (const name of names) {
            calls.length = 0;
            await ask(name).catch((error: unknown) => expect(toCode(error)).toBe('subject_unknown'));
            // Simulators throttle some calls and split lists into pages, so a call may be made again.
            shapes.set([...new Set(calls)].join(), name);
          }
          return shapes;
        };
        const { one, other, unknown } = harness.subjects;
        const login = 'dora@example.com';
        const enrolled = await harness.addUser(login);
        await profile.writeToken(enrolled, new SealedToken('FV1.abc'));
        const strange = ['', 'me', 'a/b', '..', 'a b', `${one}"`, '%', 'x'.repeat(300), 'ada', '\ud800', unknown];
        const ids = [one, other, enrolled, login, subjectOfIdentifier(login), ...strange];
        // Okta is asked in another way for a login with a slash, known or not.
        const likely = strange.filter((name) => !name.includes('/'));
        const logins = [login, login.toUpperCase(), 'nobody@example.com', one, ...likely];
        for (const shapes of [
          await shapesOf(ids, (id) => profile.readToken(id, 'anonymous')),
          await shapesOf(ids, (id) => profile.readAccount(id, 'anonymous')),
          await shapesOf(logins, (name) => profile.findAccount(name, 'anonymous')),
        ]) {
          expect([...shapes.keys()]).toHaveLength(1);
          expect([...shapes.keys()]).not.toContain('');
        }
      });

      test('every profile call for a user unknown to the provider fails with subject_unknown', async () => {
        const { profile } = harness.adapter;
        const { unknown } = harness.subjects;
        const refusal = { code: 'subject_unknown' };
        await expect(profile.readToken(unknown)).rejects.toMatchObject(refusal);
        await expect(profile.readAccount(unknown)).rejects.toMatchObject(refusal);
        await expect(profile.readAccount('nobody@example.com')).rejects.toMatchObject(refusal);
        await expect(profile.readAccount(unknown, 'anonymous')).rejects.toMatchObject(refusal);
        expect(await profile.findAccount(unknown, 'anonymous')).toBeNull();
        await expect(profile.writeToken(unknown, new SealedToken('FV1.x'))).rejects.toMatchObject(refusal);
        await expect(profile.clearToken(unknown)).rejects.toMatchObject(refusal);
      });

      testOverHttp('a user is reached only by id: other text reaches no other address, filter or user', async () => {
        const { one } = harness.subjects;
        await harness.adapter.profile.writeToken(one, new SealedToken('FV1.abc'));
        const bodies: string[] = [];
        const places = new Set<string>();
        const { profile } = harness.connectThrough!((send) => (url, init) => {
          const { pathname, search } = new URL(url);
          places.add((harness.hasOpaqueIds ? pathname.replace(/[^/]+$/, '_') : pathname) + search);
          bodies.push(Buffer.from((init.body ?? '') as string).toString());
          return send(url, init);
        });
        await profile.readToken(one);
        // Without the calls for an access token.
        places.clear();
        const refusal = { code: 'subject_unknown' };
        const numbers = ['0', '01', '-1', '1.5', '1e3'];
        const paths = ['.', '../users/me', '../Groups', `../users/${one}`, `${one}/apps`, 'a/b', 'a\\b', 'a\0'];
        const names = ['', 'me', 'ada', 'ada@example.com', subjectOfIdentifier('ada@example.com'), 'x'.repeat(300)];
        const near = [`${one}?$select=mail`, `${one} `, `${one}\n`, `{${one}}`, `${one}"`, 'x" or username = "ada'];
        for (const subject of [...numbers, ...paths, ...names, ...near]) {
          await expect(profile.readToken(subject)).rejects.toMatchObject(refusal);
          await expect(profile.writeToken(subject, new SealedToken('FV1.x'))).rejects.toMatchObject(refusal);
          await expect(profile.clearToken(subject)).rejects.toMatchObject(refusal);
        }
        expect([...places]).toHaveLength(1);
        // A filter or user name has only characters of ids.
        for (const [, text = ''] of bodies.join().matchAll(/(?:"Username":"|sub = \\")(.*?)\\?"/g))
          expect(text).toMatch(/^[\w-]+$/);
        expect(await harness.readAttribute(one)).toBe('FV1.abc');
      });

      testOverHttp(
        'a provider that answers 400 or 403 for an enrolled person is at fault, not the person',
        async () => {
          const { one } = harness.subjects;
          await harness.adapter.profile.writeToken(one, new SealedToken('FV1.abc'));
          for (const status of [400, 403]) {
            const { profile } = harness.connectThrough!((send) => async (url, init) => {
              const isLookUp =
                toCallShape(url, init).includes('/_') || /AdminGetUser|ListUsers/.test(toCallShape(url, init));
              return isLookUp ? Response.json({}, { status }) : send(url, init);
            });
            await expect(profile.readToken(one)).rejects.toMatchObject({ code: 'profile_unavailable' });
          }
        },
      );

      testOverHttp(
        'every profile call with a faulty reply fails with profile_unavailable, and the error omits reply and token',
        async () => {
          const { one } = harness.subjects;
          const location = `https://${canary}.example/`;
          const replies = [
            () => new Response(`<html>${canary}`, { headers: { 'content-type': 'text/html' } }),
            () => Response.json([canary]),
            () => new Response('', { status: 302, headers: { location } }),
            () => Response.json({ detail: canary }, { status: 401 }),
            () => new Response(canary, { status: 500 }),
          ];
          for (const reply of replies) {
            const { profile } = harness.connectThrough!(
              (send) => async (url, init) => (new URL(url).pathname.endsWith('/token') ? send(url, init) : reply()),
            );
            const calls = [
              () => profile.readToken(one),
              () => profile.readAccount(one),
              () => profile.findAccount('ada@example.com'),
              () => profile.searchAccounts('ada', 20),
              () => profile.writeToken(one, new SealedToken(canary)),
              () => profile.clearToken(one),
            ];
            for (const call of calls) {
              const error = await call().catch((thrown: unknown) => thrown);
              expect(error).toMatchObject({ code: 'profile_unavailable' });
              expect(JSON.stringify(error)).not.toContain(canary);
            }
          }
          expect(harness.logText()).not.toContain(canary);
        },
      );

      test('every profile call to an unreachable provider fails with profile_unavailable, and the error omits the token', async () => {
        const { profile } = harness.adapter;
        await harness.stopProvider();
        const unavailable = { code: 'profile_unavailable' };
        await expect(profile.readToken(harness.subjects.one)).rejects.toMatchObject(unavailable);
        await expect(profile.readAccount(harness.subjects.one)).rejects.toMatchObject(unavailable);
        await expect(profile.findAccount('ada@example.com')).rejects.toMatchObject(unavailable);
        await expect(profile.searchAccounts('ada', 20)).rejects.toMatchObject(unavailable);
        const error = await profile.writeToken(harness.subjects.one, new SealedToken(canary)).catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'profile_unavailable' });
        expect(JSON.stringify(error)).not.toContain(canary);
        expect(harness.logText()).not.toContain(canary);
      });
    });

    describe('search', () => runSearchContract(() => harness, testOverHttp));
  });
}

/** Returns what a call asks for: its method, and its operation or its path without the name or id. */
function toCallShape(address: string, { method = 'GET', headers }: RequestInit): string {
  const { pathname, searchParams } = new URL(address);
  const operation = new Headers(headers).get('x-amz-target');
  const path = operation ?? pathname.replace(/\/users\/.*$/i, '/users/_');
  return `${method} ${path} ${[...searchParams.keys()].join()}`;
}

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [[name], ...pathsOf(inner).map((path) => [name, ...path])]);
}

function withChange(value: unknown, [name, ...rest]: readonly string[], change: unknown): unknown {
  if (name === undefined) return change;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === name ? withChange(inner, rest, change) : inner,
  ]);
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

function withUnknownFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withUnknownFields);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withUnknownFields(inner)]);
  return Object.fromEntries([...entries, ['addedByAFutureVersion', { nested: [1] }]]);
}
