import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import type { Credential } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import type { OneLoginConnection, OneLoginSettings } from './config.js';
import type { SmartHookType } from './schema.js';

export const maxFunctionCharacters = 20_000;

/**
 * Account variables of the function. The prefix avoids conflicts, because all hooks of an account share their
 * variables.
 */
export const variableNames = { secret: 'FACESTEP_SECRET', policyId: 'FACESTEP_POLICY_ID' } as const;

export const variablesOf = (type: SmartHookType): readonly string[] =>
  type === 'pre-authentication' ? [variableNames.secret, variableNames.policyId] : [variableNames.secret];

const returnMs = 400;

const toPatienceMs = ({ timeoutSec }: Pick<OneLoginSettings, 'timeoutSec'>): number => timeoutSec * 1000 - returnMs;

/** Returns the function's timeout for our answer, in milliseconds. In a migration, the customer's function runs too. */
export const toAskMs = (type: SmartHookType, settings: Pick<OneLoginSettings, 'timeoutSec'>): number =>
  type === 'pre-authentication' ? toPatienceMs(settings) : toPatienceMs(settings) / 2;

export const encodeFunction = (source: string): string => Buffer.from(source, 'utf8').toString('base64');

export const decodeFunction = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** The function's template in plain JavaScript. The build copies it next to this file. */
const templateUrl = new URL('./smart-hook/smart-hook.cjs', import.meta.url);

const readTemplate = (): string =>
  readFileSync(templateUrl, 'utf8')
    .replaceAll(/^\/\/ @ts-check\n|^\/\/# sourceMappingURL=.*$/gm, '')
    .trim();

const composedBegins = '// facestep: the function that was here before begins';
const composedEnds = '// facestep: the function that was here before ends';

/** Returns a short value derived from the secret, to see whether two secrets are equal. */
const toKeyCheck = (secret: Credential): string =>
  secret.use((key) => createHmac('sha256', key).update('facestep key check').digest('hex').slice(0, 6));

type Marker = NonNullable<ReturnType<typeof readMarker>>;

const toMarkerLine = ({ type, connection, keyCheck, policyId }: Marker): string =>
  `// facestep smart hook: ${type}, connection ${connection}, key check ${keyCheck}, face policy ${policyId}`;

const markerPattern =
  /^\/\/ facestep smart hook: ([a-z-]+), connection ([a-z0-9-]+), key check ([0-9a-f]{6}), face policy (\d+)$/m;

/** Reads the first line that identifies our functions; `null` if the function is not ours. */
export function readMarker(source: string) {
  const [, type, connection, keyCheck, policyId] = markerPattern.exec(source.split('\n', 1)[0] ?? '') ?? [];
  if (type === undefined || connection === undefined || keyCheck === undefined) return null;
  return { type, connection, keyCheck, policyId: Number(policyId) };
}

export function readComposed(source: string): string | null {
  const begin = source.indexOf(`\n${composedBegins}\n`);
  const end = source.indexOf(`\n${composedEnds}\n`);
  return begin === -1 || end < begin ? null : source.slice(begin + composedBegins.length + 2, end);
}

export interface SmartHookRequest {
  readonly type: SmartHookType;
  readonly settings: OneLoginConnection;
  readonly publicUrl: string;
  readonly compose: string | null;
}

export const toHookUrl = (type: SmartHookType, connection: string, publicUrl: string): string =>
  `${publicUrl}/hooks/${connection}/${type}`;

const loaderName = 'facestepLoadTheirs';

const toLoader = (compose: string): string[] => [
  `function ${loaderName}() {`,
  'const module = { exports: {} };',
  '((module, exports) => {',
  composedBegins,
  compose,
  composedEnds,
  '})(module, module.exports);',
  'return module.exports.handler;',
  '}',
];

/**
 * Renders a Smart Hook, without secrets. A customer's function runs before ours; in a user-migration it runs after
 * approval.
 * @throws FaceError `config_invalid`; `detail.reason` is `compose_syntax` (not CommonJS), `compose_is_ours`, or
 * `too_long`
 */
export function renderSmartHook({ type, settings, publicUrl, compose }: SmartHookRequest): string {
  const { id, onelogin } = settings;
  const { facePolicyId, normalPolicyId, unverified, whenDown } = onelogin;
  if (compose !== null) checkComposable(compose);
  const marker = { type, connection: id, keyCheck: toKeyCheck(onelogin.hooks.secret), policyId: facePolicyId };
  const url = toHookUrl(type, id, publicUrl);
  const handed = {
    type,
    url,
    patienceMs: toPatienceMs(onelogin),
    askMs: toAskMs(type, onelogin),
    normalPolicyId,
    unverified,
    whenDown,
  };
  const source = [
    toMarkerLine(marker),
    '// Made by `facestep smart-hook`: change the configuration and provision it, not this text.',
    'const facestep = {};',
    '((exports) => {',
    readTemplate(),
    '})(facestep);',
    ...(compose === null ? [] : toLoader(compose)),
    `exports.handler = facestep.createHandler(${JSON.stringify(handed, null, 2)}, ${compose === null ? null : loaderName});`,
    '',
  ].join('\n');
  const overByCharacters = encodeFunction(source).length - maxFunctionCharacters;
  if (overByCharacters > 0) {
    throw new FaceError('config_invalid', { reason: 'too_long', overByCharacters, limit: maxFunctionCharacters });
  }
  return source;
}

/**
 * Refuses a function of the customer that is one of ours already, or no JavaScript.
 * @throws `config_invalid`
 */
function checkComposable(compose: string): void {
  const isOurs = [readMarker(compose), readComposed(`\n${compose}\n`)].some((found) => found !== null);
  if (isOurs || compose.includes(composedBegins) || compose.includes(composedEnds)) {
    throw new FaceError('config_invalid', { reason: 'compose_is_ours' });
  }
  try {
    compileFunction(compose, ['module', 'exports', 'require']);
  } catch {
    // The error has no cause, because its message quotes the source.
    throw new FaceError('config_invalid', { reason: 'compose_syntax' });
  }
}
