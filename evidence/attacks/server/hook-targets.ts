import type { BadCredential } from './credential-forms.js';
import { asAdministrator, asClient, asSession } from './credentials.js';
import { eachRefused, type Oracle } from './hostile.js';
import { type HookTarget, hookAddress } from './providers/provider.js';
import { jsonText, type Request, toJson } from './request.js';
import type { Stage } from './stage.js';
import type { Schema } from './surface.js';
import type { Fields, Target } from './target.js';
import type { Victims } from './victims.js';

/** The least a hook's body may have, and more. */
const mostHookBytes = 1024 * 1024;

let calls = 0;

/** Makes an event of its own. */
const nextId = (): string => {
  calls += 1;
  return `siege-${calls}`;
};

/** Every field of an event, however deep, by its path. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, each]) => pathsOf(each, [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** The event as JSON text, with another text in place of one field's. */
function replaceAt(value: unknown, [name, ...rest]: readonly string[], json: string | null): string {
  if (name === undefined) return json ?? 'null';
  const entries = Object.entries(Object(value)).flatMap(([own, each]) => {
    if (own !== name) return [`${JSON.stringify(own)}:${JSON.stringify(each)}`];
    if (json === null && rest.length === 0) return [];
    return [`${JSON.stringify(own)}:${replaceAt(each, rest, json)}`];
  });
  // A list keeps its shape: one entry is all these events have.
  return Array.isArray(value)
    ? `[${entries.map((each) => each.slice(each.indexOf(':') + 1)).join(',')}]`
    : `{${entries.join(',')}}`;
}

/** Nothing is known of what a hook takes: whatever is sent, it must not lead to a grant. */
const unknown: Schema = { type: 'unknown' };

/** A call that is not the provider's must not be decided at all: the bait would be its prize. */
const untrusted = (target: HookTarget): Oracle =>
  eachRefused(({ answer }) => answer !== null && (answer.status < 400 || target.isGranted(answer)));

/** @param receiptOf - a receipt that is good now */
export function toHookTarget(
  target: HookTarget,
  { stage, victims, receiptOf }: { readonly stage: Stage; readonly victims: Victims; readonly receiptOf: () => string },
): Target {
  const { credentials } = stage;
  const path = hookAddress(target);
  const aboutBait = (): Buffer => toJson(target.event({ about: 'bait', id: nextId(), receipt: receiptOf() })).bytes;
  const aboutStranger = () => target.event({ about: 'stranger', id: nextId(), receipt: 'none' });
  const request = (bytes: Buffer, headers: Request['headers'] = target.sign(bytes)): Request => ({
    method: 'POST',
    path,
    headers,
    body: { type: 'application/json', bytes },
  });
  const notGranted = eachRefused(({ answer }) => answer !== null && target.isGranted(answer));
  const toBad = (kind: BadCredential['class'], forgeries: readonly (readonly [string, Request['headers']])[]) =>
    forgeries.map(([variant, headers]): BadCredential => ({ class: kind, variant, headers }));
  // Their names: what they are made of depends on the body.
  const names = target.forgeries(Buffer.alloc(0)).map(([variant]) => variant);
  const old = Buffer.from('{}');
  const bad: readonly BadCredential[] = [
    ...toBad(
      'forged',
      names.map((name) => [name, []]),
    ),
    ...toBad('replayed', [
      ['what was signed for a former call', target.sign(old).filter(([name]) => /signature/i.test(name))],
    ]),
    ...toBad('cross-tenant', [['what another tenant’s provider shows', target.foreign(old)]]),
    ...toBad('wrong role', [
      ['a client token', asClient(credentials.client)],
      ['an administrator’s key', asAdministrator(credentials.owner)],
      ['an administrator’s key as bearer', asSession(credentials.owner)],
      ['a client token as bearer', asSession(credentials.client)],
      ['a session of the capture page', asSession(victims.sessions.own)],
    ]),
  ];
  const fields: Fields = {
    schemas: Object.fromEntries(pathsOf(aboutStranger()).map((each) => [each.join('/'), unknown])),
    replace(name, json) {
      return request(jsonText(replaceAt(aboutStranger(), name.split('/'), json)).bytes);
    },
    replaceInForm: () => null,
  };
  return {
    name: `POST ${path}`,
    bad,
    fields,
    valid: () => request(jsonText(JSON.stringify(aboutStranger())).bytes),
    alternatives: [],
    as(one) {
      const body = aboutBait();
      const forgery = target.forgeries(body).find(([variant]) => variant === one.variant);
      return request(body, forgery === undefined ? one.headers : forgery[1]);
    },
    refusedCaller: untrusted(target),
    refusedRequest: notGranted,
    refusedMethod: untrusted(target),
    looksAtFaces: false,
    mostBytes: mostHookBytes,
  };
}
