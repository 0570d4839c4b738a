import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Account, findHook, type HookType, isoNow, type SmartHook } from './account.js';
import { toEnvironment } from './contexts.js';
import { type FunctionOutcome, runFunction } from './runner.js';

const idsGuard = z.object({ request_id: z.string(), correlation_id: z.string() });

export function findRunningHook(account: Account, type: HookType): SmartHook | null {
  const hook = findHook(account, type);
  return hook === undefined || hook.settings.disabled ? null : hook;
}

/** Runs a hook with its retries, in a process that is killed on a timeout. An undocumented answer is also a failure. */
export async function runHook<Answer>(
  account: Account,
  { hook, context, guard }: { hook: SmartHook; context: Record<string, unknown>; guard: z.ZodType<Answer> },
  graceMs: number,
): Promise<Answer | null> {
  const { type, timeout, retries, function: encoded } = hook.settings;
  let tries = 0;
  for (;;) {
    tries += 1;
    const outcome = await runFunction({
      source: Buffer.from(encoded, 'base64').toString('utf8'),
      context,
      env: toEnvironment(account, hook),
      timeoutMs: timeout * 1000 + graceMs,
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
      ...{ type, context, tries, answer: outcome.failure === null ? outcome.answer : null },
      failure: outcome.failure ?? (parsed.success ? null : 'answer'),
    });
    return parsed.success ? parsed.data : null;
  }
}

/** Returns log lines in the format of the documented sample, which is Lambda's. A killed function logs nothing. */
function toLogLines(account: Account, { settings: { timeout } }: SmartHook, outcome: FunctionOutcome): string[] {
  const [time, run] = [isoNow(account), randomUUID()];
  const ends = {
    timeout: [`${time} ${run} Task timed out after ${timeout.toFixed(2)} seconds`],
    exception: [`${time}\t${run}\tERROR\tInvoke Error`],
    none: [],
  }[outcome.failure ?? 'none'];
  return [...outcome.events.map((text) => `${time}\t${run}\tINFO\t${text}`), ...ends];
}
