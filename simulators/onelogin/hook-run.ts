import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { z } from 'zod';
import { type Account, type AccountUser, findHook, type HookType, isoNow, type SmartHook } from './account.js';

export interface Browser {
  readonly ip: string;
  readonly userAgent: string;
  readonly appId: number | null;
}

const newIds = () => ({ correlation_id: randomUUID(), request_id: randomUUID() });

/**
 * Returns the context of a pre-authentication function. Parts with a disabled option are absent, and `app` is absent
 * for the portal.
 * @see https://developers.onelogin.com/blog/enhanced-pre-authentication-hook-context
 */
export function toPreAuthenticationContext(
  user: AccountUser,
  { ip, userAgent, appId }: Browser,
  { settings: { options = {} } }: SmartHook,
): Record<string, unknown> {
  return {
    user: { user_identifier: user.username, policy_id: user.policyId, id: user.id, last_login_success: user.lastLogin },
    device: { user_agent: userAgent, is_mobile: false },
    ...(options.location_enabled ? { location: { ip, country_code: 'TW' } } : {}),
    ...(options.risk_enabled ? { risk: { score: 30, reasons: [`Infrequent access from ${ip}`] } } : {}),
    ...(options.mfa_device_info_enabled ? { mfa_devices: [] } : {}),
    ...(appId === null ? {} : { app: { id: appId, uuid: randomUUID() } }),
    ...newIds(),
  };
}

/** @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/user-migration */
export const toUserMigrationContext = (identifier: string, password: string): Record<string, unknown> => ({
  user_identifier: identifier,
  password,
  ...newIds(),
});

export const isHookFor = ({ settings: { conditions = [] } }: SmartHook, { roleIds }: AccountUser): boolean =>
  conditions.length === 0 ||
  conditions.some(({ value }) => value.split(',').some((id) => roleIds.includes(Number(id))));

const toEnvironment = (account: Account, { settings }: SmartHook): Record<string, string> =>
  Object.fromEntries(
    [...account.variables.values()]
      .filter(({ name }) => settings.env_vars.includes(name))
      .map(({ name, value }) => [name, value]),
  );

interface FunctionRun {
  /** Source code of a CommonJS module with `exports.handler`. */
  readonly source: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** The whole `process.env` of the function. */
  readonly env: Readonly<Record<string, string>>;
  /** Time from the handler's call until the process is killed. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** Outcome of a run. `events` has the console output. */
type FunctionOutcome = { readonly events: readonly string[] } & (
  | { readonly failure: null; readonly answer: unknown }
  | { readonly failure: 'timeout' | 'exception' }
);

/** Program of the new process. It receives the function as a message, and answers with messages. */
const bootstrap = `
'use strict';
const { format } = require('node:util');
const Module = require('node:module');
const tell = (message, then) => process.send(message, then);
const fail = () => tell({ kind: 'exception' }, () => process.exit(1));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.once('message', ({ source, context, ahead }) => {
  const realNow = Date.now;
  Date.now = () => realNow() + ahead;
  for (const level of ['log', 'info', 'warn', 'error', 'debug']) {
    console[level] = (...values) => tell({ kind: 'event', text: format(...values) });
  }
  const file = require('node:path').join(process.cwd(), 'hook.cjs');
  const hook = new Module(file);
  hook.filename = file;
  hook.paths = [];
  hook._compile(source, file);
  tell({ kind: 'started' });
  Promise.resolve(hook.exports.handler(context)).then(
    (answer) => tell({ kind: 'answer', text: JSON.stringify(answer) ?? 'null' }, () => process.exit(0)),
    fail,
  );
});
`;

const messageGuard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started') }),
  z.object({ kind: z.literal('event'), text: z.string() }),
  z.object({ kind: z.literal('answer'), text: z.string() }),
  z.object({ kind: z.literal('exception') }),
]);

const LOAD_TIMEOUT_MS = 30_000;

/** Runs a function in a new Node process with only its source, its variables and Node's own modules. */
export function runFunction({ source, context, env, timeoutMs, now }: FunctionRun): Promise<FunctionOutcome> {
  const child = spawn(process.execPath, ['-e', bootstrap], {
    cwd: tmpdir(),
    env: { ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const events: string[] = [];
  return new Promise<FunctionOutcome>((resolve, reject) => {
    let timer = setTimeout(() => settle({ failure: 'timeout', events }), LOAD_TIMEOUT_MS);
    const settle = (outcome: FunctionOutcome): void => {
      clearTimeout(timer);
      end();
      resolve(outcome);
    };
    child.on('message', (sent) => {
      const message = messageGuard.parse(sent);
      if (message.kind === 'event') events.push(message.text);
      else if (message.kind === 'exception') settle({ failure: 'exception', events });
      else if (message.kind === 'answer') settle({ failure: null, answer: JSON.parse(message.text), events });
      else {
        clearTimeout(timer);
        timer = setTimeout(() => settle({ failure: 'timeout', events }), timeoutMs);
      }
    });
    child.once('error', reject);
    child.once('close', () => settle({ failure: 'exception', events }));
    // Ignore the error of a process that exits before it has read all input.
    child.send({ source, context, ahead: now() - Date.now() }, () => undefined);
  }).finally(() => process.off('exit', end));
}

const idsGuard = z.object({ request_id: z.string(), correlation_id: z.string() });

export function findRunningHook(account: Account, type: HookType): SmartHook | null {
  const hook = findHook(account, type);
  return hook === undefined || hook.settings.disabled ? null : hook;
}

/** Runs a hook with its retries, in a process that is killed on a timeout. An undocumented answer is also a failure. */
export async function runHook<Answer>(
  account: Account,
  { hook, context, guard }: { hook: SmartHook; context: Record<string, unknown>; guard: z.ZodType<Answer> },
): Promise<Answer | null> {
  const { type, timeout, retries, function: encoded } = hook.settings;
  let tries = 0;
  for (;;) {
    tries += 1;
    const outcome = await runFunction({
      source: Buffer.from(encoded, 'base64').toString('utf8'),
      context,
      env: toEnvironment(account, hook),
      timeoutMs: timeout * 1000 + account.graceMs,
      now: account.now,
    });
    account.logs.push({
      hookId: hook.id,
      ...idsGuard.parse(context),
      created_at: isoNow(account),
      events: toLogLines(account, hook, outcome),
    });
    const parsed = guard.safeParse(outcome.failure === null ? outcome.answer : undefined);
    if (!parsed.success && tries <= retries) continue;
    account.runs.push({
      type,
      context,
      tries,
      answer: outcome.failure === null ? outcome.answer : null,
      failure: outcome.failure ?? (parsed.success ? null : 'answer'),
    });
    return parsed.success ? parsed.data : null;
  }
}

/** Returns log lines in the format of the documented sample, which is Lambda's. A killed function logs nothing. */
function toLogLines(account: Account, { settings: { timeout } }: SmartHook, outcome: FunctionOutcome): string[] {
  const time = isoNow(account);
  const run = randomUUID();
  const ends = {
    timeout: [`${time} ${run} Task timed out after ${timeout.toFixed(2)} seconds`],
    exception: [`${time}\t${run}\tERROR\tInvoke Error`],
    none: [],
  }[outcome.failure ?? 'none'];
  return [...outcome.events.map((text) => `${time}\t${run}\tINFO\t${text}`), ...ends];
}
