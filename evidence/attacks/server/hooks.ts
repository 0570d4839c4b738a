import { alterSecret, alterToken, show, wrongEverywhere } from './bad-credentials.js';
import { jsonText, post, type Request } from './exchange.js';
import { type Endpoint, eachRefused, type Target } from './hostile.js';
import { type HookTarget, nextPerson } from './providers.js';
import type { Stage } from './stage.js';

/** Hooks accept bodies of at least this size, in bytes. */
const mostHookBytes = 1024 * 1024;

let calls = 0;

/** Calls a hook as its provider does, with other headers if these are given. */
export function hookRequest(
  target: HookTarget,
  person: number,
  { headers, receipt = 'none' }: { readonly headers?: Request['headers']; readonly receipt?: string } = {},
): Request {
  calls += 1;
  const call = target.toCall(person, `siege-${calls}`, receipt);
  return post(target.path, jsonText(call.body), headers ?? Object.entries(call.headers));
}

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

export function toHookTarget(endpoint: Endpoint, target: HookTarget, stage: Stage): Target {
  const { providers, credentials } = stage;
  const stranger = nextPerson(false);
  const valid = (): Request => hookRequest(target, stranger);
  const event: unknown = JSON.parse(target.toCall(stranger).body);
  const [[name, shown]] = Object.entries(target.toCall(stranger).headers);
  const [scheme = '', token = ''] = shown.split(' ');
  const tokens = token.includes('.') ? alterToken(token, providers) : [];
  const foreign = providers.hooks.find(({ provider }) => provider !== target.provider) ?? target;
  const isSigned = /signature/.test(name);
  const place = (text: string) => ({ headers: [[name, text]] as const });
  return {
    endpoint,
    valid,
    fields: Object.fromEntries(pathsOf(event).map((path) => [path.join('/'), null])),
    replace(field, json) {
      const { body } = target.toCall(stranger);
      const text = replaceAt(JSON.parse(body), field.split('/'), json);
      return post(target.path, jsonText(text), Object.entries(target.sign(text)));
    },
    replaceInForm: () => null,
    bad: [
      ...show('forged', place, ['', ...alterSecret(shown), ...tokens.map((text) => `${scheme} ${text}`)]),
      ...show('replayed', place, { 'what was signed for a former call': isSigned ? shown : '' }),
      ...show('cross-tenant', () => ({ headers: Object.entries(foreign.toCall(stranger).headers) }), {
        'what another tenant’s provider shows': '',
      }),
      ...wrongEverywhere(credentials),
    ].map(({ headers = [], ...about }) => ({
      ...about,
      // The call is about a user with an unused face check, so that an accepted forgery is noticed.
      request: () => hookRequest(target, target.bait, { headers }),
    })),
    // Entra's signing keys may arrive too late, so success answers without a decision are accepted too.
    refusedCaller: eachRefused(
      (answer) => target.isGranted(answer) || (answer.status < 400 && target.provider !== 'entra'),
    ),
    refusedRequest: eachRefused((answer) => target.isGranted(answer)),
    mostBytes: mostHookBytes,
  };
}
