import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  called,
  type FoundHook,
  type HookCalls,
  notCalled,
  notKnown,
  readHooks,
  type UnfinishedReads,
} from '../../src/connections/hook-calls.js';
import type { Json } from '../../src/errors.js';
import type { OneLoginApi } from './client.js';
import type { OneLoginConnection } from './config.js';
import { createAccountClient, type Parts } from './provision-account.js';
import { isOurs, nameOf, sourceOf } from './provision-hooks.js';
import { type SmartHookType, smartHookTypes } from './schema.js';
import { decodeFunction } from './smart-hook.js';

/** Reads which Smart Hooks of the account call this server. */
export function readOneLoginHookCalls(
  deps: AdapterDeps<OneLoginConnection>,
  api: OneLoginApi,
  unfinished?: UnfinishedReads,
): Promise<HookCalls> {
  const parts: Parts = { deps, onelogin: deps.settings.onelogin, api, account: createAccountClient(api) };
  const needs = () => 'an API credential with the scope Manage All';
  const readers = smartHookTypes.map((hook) => ({ hook, decides: true, needs, read: () => readHook(hook, parts) }));
  return readHooks(readers, deps, unfinished);
}

async function readHook(type: SmartHookType, parts: Parts): Promise<FoundHook | null> {
  const hook = await parts.account.findHook(type);
  // Without an enabled hook of this type, OneLogin migrates no user.
  if (type === 'user-migration' && (hook === null || hook.disabled)) return null;
  if (hook === null) return notCalled('The account has no Smart Hook of this type');
  if (!isOurs(hook, parts)) return notCalled(`The Smart Hook of this type is not facestep’s (${nameOf(hook)})`);
  if (hook.disabled) return notCalled('Its Smart Hook is disabled');
  const { deps } = parts;
  const found = decodeFunction(hook.function);
  const url = `${deps.publicUrl}/hooks/${deps.settings.id}/${type}`;
  if (!found.includes(`"${url}"`)) return notCalled(`The function of its Smart Hook does not call ${url}`);
  if (found !== sourceOf(type, hook, parts))
    return notKnown('the function of its Smart Hook is not the one of this configuration');
  const status = hook.status ?? 'ready';
  if (status !== 'ready') return notKnown(`OneLogin has not deployed its Smart Hook: ${status}`);
  return called({ reason: hook.conditions.map(describeCondition).join('; ') || null });
}

const roleGuard = z.object({ source: z.literal('roles'), operator: z.literal('~'), value: z.string() });

function describeCondition(condition: Json): string {
  const { data } = roleGuard.safeParse(condition);
  return data === undefined ? `only for ${JSON.stringify(condition)}` : `only for members of the role ${data.value}`;
}
