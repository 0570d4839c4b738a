import { asAdministrator, asClient, asSession } from './credentials.js';
import { type BadCredential, eachRefused, type Oracle, type Target } from './hostile.js';
import { type HookTarget, hookAddress } from './providers/provider.js';
import { jsonText, type Request, toJson } from './request.js';
import type { Stage } from './stage.js';
import type { Endpoint } from './surface.js';
import type { Victims } from './victims.js';

/** Hooks accept bodies of at least this size, in bytes. */
const mostHookBytes = 1024 * 1024;

let calls = 0;

const nextId = (): string => `siege-${++calls}`;

function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}

function replaceAt(value: unknown, [name, ...rest]: readonly string[], json: string): string {
  if (name === undefined) return json;
  const entries = Object.entries(Object(value)).map(
    ([own, each]) => [own, own === name ? replaceAt(each, rest, json) : JSON.stringify(each)] as const,
  );
  return Array.isArray(value)
    ? `[${entries.map(([, each]) => each).join(',')}]`
    : `{${entries.map(([own, each]) => `${JSON.stringify(own)}:${each}`).join(',')}}`;
}

/**
 * Accepts error statuses. If the server has to fetch the provider's signing keys, they may arrive too late, so success
 * answers without a decision are accepted too.
 */
const refusedStranger = ({ isGranted, fetchesKeys }: Pick<HookTarget, 'isGranted' | 'fetchesKeys'>): Oracle =>
  eachRefused(({ answer }) => answer !== null && (isGranted(answer) || (answer.status < 400 && !fetchesKeys)));

export function toHookTarget(
  endpoint: Endpoint,
  target: HookTarget,
  { stage, victims, receiptOf }: { readonly stage: Stage; readonly victims: Victims; readonly receiptOf: () => string },
): Target {
  const { client, owner } = stage.credentials;
  const request = (bytes: Buffer, headers = target.sign(bytes)): Request => ({
    method: 'POST',
    path: hookAddress(target),
    headers,
    body: { type: 'application/json', bytes },
  });
  const aboutStranger = () => target.event({ about: 'stranger', id: nextId(), receipt: 'none' });
  const toBad = (
    kind: BadCredential['class'],
    variant: string,
    headersOf: (body: Buffer) => Request['headers'],
  ): BadCredential => ({
    class: kind,
    variant,
    // The call is about a user with an unused face check, so that an accepted forgery is noticed.
    request() {
      const { bytes } = toJson(target.event({ about: 'bait', id: nextId(), receipt: receiptOf() }));
      return request(bytes, headersOf(bytes));
    },
  });
  const old = Buffer.from('{}');
  const forgery = (variant: string) => (body: Buffer) =>
    target.forgeries(body).find(([name]) => name === variant)?.[1] ?? [];
  return {
    endpoint,
    valid: () => request(toJson(aboutStranger()).bytes),
    alternatives: [],
    fields: Object.fromEntries(pathsOf(aboutStranger()).map((path) => [path.join('/'), null])),
    replace: (field, json) => request(jsonText(replaceAt(aboutStranger(), field.split('/'), json)).bytes),
    replaceInForm: () => null,
    bad: [
      ...target.forgeries(old).map(([variant]) => toBad('forged', variant, forgery(variant))),
      toBad('replayed', 'what was signed for a former call', () =>
        target.sign(old).filter(([name]) => /signature/i.test(name)),
      ),
      toBad('cross-tenant', 'what another tenant’s provider shows', () => target.foreign(old)),
      toBad('wrong role', 'a client token', () => asClient(client)),
      toBad('wrong role', 'an administrator’s key', () => asAdministrator(owner)),
      ...[client, owner, victims.sessions.own].map((text) => toBad('wrong role', 'as bearer', () => asSession(text))),
    ],
    refusedCaller: refusedStranger(target),
    refusedRequest: eachRefused(({ answer }) => answer !== null && target.isGranted(answer)),
    mostBytes: mostHookBytes,
  };
}
