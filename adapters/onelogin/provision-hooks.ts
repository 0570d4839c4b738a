import { isDeepStrictEqual } from 'node:util';
import {
  acceptedCallsTitle,
  blocked,
  different,
  type Finding,
  fail,
  inConsole,
  manual,
  missing,
  type ProvisionStep,
  pass,
  publishedKeysTitle,
  type StepStatus,
  warn,
} from '../../src/connections/provisioning.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { FaceError, type Json } from '../../src/errors.js';
import { isRuntime, type OneLoginSettings } from './config.js';
import {
  apiPlace,
  hooksPath,
  type Parts,
  type SmartHook,
  variablesStepTitle,
  writeVariables,
} from './provision-account.js';
import type { SmartHookType } from './schema.js';
import {
  decodeFunction,
  encodeFunction,
  readComposed,
  readMarker,
  renderSmartHook,
  toHookUrl,
  variablesOf,
} from './smart-hook.js';

function toHookSettings(
  type: SmartHookType,
  current: SmartHook | null,
  source: string,
  { onelogin }: Parts,
): JsonObject {
  return {
    type,
    function: encodeFunction(source),
    runtime: onelogin.runtime,
    timeout: onelogin.timeoutSec,
    // Each retry would make the user wait again.
    retries: 0,
    env_vars: [...new Set([...(current?.env_vars ?? []), ...variablesOf(type)])],
    packages: current?.packages ?? {},
    // This option sends the browser's address, so that an attacker's attempts can be counted separately from the
    // user's. OneLogin ignores options of a user-migration hook.
    options: type === 'pre-authentication' ? { ...current?.options, location_enabled: true } : {},
    ...keptOf(current, type === 'pre-authentication' ? onelogin.pilotRole : undefined),
  };
}

function keptOf(hook: SmartHook | null, pilotRole?: number | null | undefined): JsonObject {
  const settings: Record<string, Json> = {};
  if (hook?.context_version) settings.context_version = hook.context_version;
  if (hook !== null && hook.conditions.length > 0) settings.conditions = hook.conditions;
  if (pilotRole !== undefined) settings.conditions = toConditions(pilotRole);
  return settings;
}

/**
 * Returns the condition that limits a hook to one role. It is the only condition, because OneLogin does not document
 * how several conditions combine.
 */
const toConditions = (role: number | null): readonly Json[] =>
  role === null ? [] : [{ source: 'roles', operator: '~', value: String(role) }];

/** Returns true if the hook runs for exactly the configured users: the pilot role, or all. */
function isForPilot({ conditions }: SmartHook, { pilotRole }: OneLoginSettings): boolean {
  return pilotRole === undefined || isDeepStrictEqual(conditions, toConditions(pilotRole));
}

const toPilotChange = (role: number | null | undefined): string =>
  role === null ? 'Let it run for all users.' : `Let it run only for the members of the role ${role}.`;

/** Returns the settings of an existing hook for an update. OneLogin shows outdated runtimes but rejects them. */
const toSameSettings = (hook: SmartHook, { onelogin }: Parts): JsonObject => {
  const { id, disabled, status, conditions, context_version, ...settings } = hook;
  return { ...settings, runtime: isRuntime(hook.runtime) ? hook.runtime : onelogin.runtime, ...keptOf(hook) };
};

export const sourceOf = (type: SmartHookType, current: SmartHook | null, { deps }: Parts): string => {
  const compose = current === null ? null : readComposed(decodeFunction(current.function));
  return renderSmartHook({ type, settings: deps.settings, publicUrl: deps.publicUrl, compose });
};

export const isOurs = (hook: SmartHook, { deps }: Parts): boolean =>
  readMarker(decodeFunction(hook.function))?.connection === deps.settings.id;

function differencesOf(type: SmartHookType, hook: SmartHook, parts: Parts): string[] {
  const { onelogin } = parts;
  const source = sourceOf(type, hook, parts);
  const found = decodeFunction(hook.function);
  const differences: readonly (readonly [boolean, string])[] = [
    [readMarker(found)?.keyCheck !== readMarker(source)?.keyCheck, 'Write the new secret into its variable.'],
    // A function that was uploaded by hand may have another number of line breaks at its end.
    [found.trimEnd() !== source.trimEnd(), 'Replace its function. Your own function in it is kept.'],
    [hook.runtime !== onelogin.runtime, `Change its runtime from ${hook.runtime} to ${onelogin.runtime}.`],
    [
      hook.timeout !== onelogin.timeoutSec,
      `Change its time-out from ${hook.timeout} to ${onelogin.timeoutSec} seconds.`,
    ],
    [hook.retries !== 0, 'Remove its retries, because each makes the user wait again.'],
    [!variablesOf(type).every((name) => hook.env_vars.includes(name)), 'Let it read its environment variables.'],
    [
      type === 'pre-authentication' && hook.options.location_enabled !== true,
      'Let it read the address of the browser.',
    ],
    [type === 'pre-authentication' && !isForPilot(hook, onelogin), toPilotChange(onelogin.pilotRole)],
    [hook.disabled, 'Enable it.'],
  ];
  return differences.filter(([isDifferent]) => isDifferent).map(([, change]) => change);
}

export function nameOf(hook: SmartHook): string {
  const marker = readMarker(decodeFunction(hook.function));
  return marker === null ? hook.id : `${hook.id}, of the connection ${marker.connection}`;
}

const toBlocked = (type: SmartHookType, hook: SmartHook, connection: string): StepStatus =>
  blocked(
    `Another Smart Hook of the type ${type} exists (${nameOf(hook)})${type === 'pre-authentication' ? ', so no user gets a face check' : ''}. An account can have only one of each type.`,
    `Save its function to a file, run \`facestep smart-hook ${connection} --type ${type} --compose FILE\`, and replace ` +
      'that function with the output. Then provision again: its environment variables and packages are kept.',
  );

const needs = [publishedKeysTitle, acceptedCallsTitle];

/** Finds for whom the Smart Hook runs, and if OneLogin has deployed it. */
async function checkHook({ account, onelogin: { pilotRole } }: Parts): Promise<Finding> {
  const { conditions = [], status, runtime, timeout } = (await account.findHook('pre-authentication')) ?? {};
  if (conditions.length > 0) {
    const found = pilotRole ? `It runs for the role ${pilotRole} only` : 'It runs for some roles only';
    return warn(`${found}: no other user gets a face check.`, 'Set pilotRole to null, and provision again.');
  }
  if ((status ?? 'ready') !== 'ready')
    return warn(`OneLogin is still deploying it: ${status}.`, 'Check again in a few minutes.');
  return pass(`Enabled and of this version, ${runtime}, ${timeout} seconds.`);
}

/** Creates the step for one type of Smart Hook. A function that this service did not create is never overwritten. */
export function createHookStep(type: SmartHookType, parts: Parts): ProvisionStep {
  const { account, deps } = parts;
  const check = { needs, ifMissing: '. No user gets a face check' };
  const apply = async (): Promise<void> => {
    const current = await account.findHook(type);
    if (current !== null && !isOurs(current, parts)) {
      throw new FaceError('provider_refused', { status: 409, code: null, call: 'update hook' });
    }
    const settings = toHookSettings(type, current, sourceOf(type, current, parts), parts);
    // The hook is disabled first, because OneLogin may fail to change the code of an enabled hook.
    if (current !== null && !current.disabled) {
      await account.replaceHook(current.id, { ...toSameSettings(current, parts), disabled: true });
    }
    try {
      await writeVariables(type, parts);
      const disabled = { ...settings, disabled: true };
      const { id } = current ?? (await account.createHook(disabled));
      if (current !== null) await account.replaceHook(id, disabled);
      await account.replaceHook(id, { ...settings, disabled: false });
    } catch (error) {
      if (current !== null) {
        const same = toSameSettings(current, parts);
        await account.replaceHook(current.id, { ...same, disabled: true }).catch(() => {});
        await account.replaceHook(current.id, { ...same, disabled: current.disabled }).catch(() => {});
      }
      throw error;
    }
  };
  return {
    title: `Smart Hook ${type}`,
    check: type === 'pre-authentication' ? { ...check, whenReady: () => checkHook(parts) } : check,
    byHand: toHookByHand(type, parts),
    async inspect() {
      const hook = await account.findHook(type);
      if (hook === null && type === 'user-migration') return inConsole(...toHookByHand(type, parts));
      if (hook === null) {
        return missing(`Create the Smart Hook ${type}.`, 'Write its variables.', 'Enable it.');
      }
      if (!isOurs(hook, parts)) return toBlocked(type, hook, deps.settings.id);
      return different(differencesOf(type, hook, parts));
    },
    apply,
    // OneLogin may use the old value of a variable until the function is deployed again.
    async pushSecret() {
      const hook = await account.findHook(type);
      if (hook !== null && isOurs(hook, parts)) await apply();
    },
  };
}

function toHookByHand(type: SmartHookType, parts: Parts): readonly string[] {
  const { settings, publicUrl } = parts.deps;
  const isMigration = type === 'user-migration';
  const print = `facestep smart-hook ${settings.id} --type ${type}${isMigration ? ' --compose FILE' : ''}`;
  const url = toHookUrl(type, settings.id, publicUrl);
  const body = { ...toHookSettings(type, null, '', parts), function: '<the function in base64>', disabled: false };
  return [
    ...(isMigration
      ? ['Only if users are migrated at their first sign-in: save the function that migrates them to a file']
      : []),
    `${apiPlace}, after the step "${variablesStepTitle}"`,
    `Run \`${print}\`: it prints a function that calls ${url}`,
    ...(isMigration
      ? []
      : ['If the account has a hook of this type: add --compose FILE with its function, and change that hook by PUT']),
    `POST ${hooksPath}: ${JSON.stringify(body)}`,
  ];
}

const hoursBack = 24;

/** Known problems in a run's output. Other output is not shown, because a customer's function may log anything. */
const troubles: readonly (readonly [RegExp, string])[] = [
  [/facestep: refused with status 401/, 'this server refused its signature: the secrets differ, or a clock is wrong'],
  [/facestep: refused with status (\d{3})/, 'this server refused its request'],
  [/facestep: no decision, status/, 'this server gave no decision'],
  [/facestep: no answer in time/, 'this server did not answer in time'],
  [/facestep: no answer/, 'this server was not reached'],
  [/facestep: the other function failed/, 'the combined function failed or was too late'],
  [
    /facestep: allowed, but the user has no policy/,
    'users who passed the check got the face policy, because OneLogin returned no policy for them: set normalPolicyId',
  ],
  [/Task timed out after/, 'OneLogin stopped it at the timeout'],
  [/Runtime exited|Runtime\.\w+Error|Invoke Error|Uncaught Exception/, 'it failed with an error'],
];

const troubleOf = (events: readonly string[]): string | null =>
  troubles.find(([pattern]) => events.some((event) => pattern.test(event)))?.[1] ?? null;

/** Checks OneLogin's hook log, the only record of faults on OneLogin's machines. */
export async function checkLog(parts: Parts): Promise<Finding> {
  const remedy = 'Check the clock of this machine, publicUrl, and the log of this server.';
  const hook = await parts.account.findHook('pre-authentication');
  if (hook === null || !isOurs(hook, parts)) return manual('No hook of facestep exists.', null);
  const since = parts.deps.clock.now() - hoursBack * 3_600_000;
  const runs = (await parts.account.listLogs(hook.id)).filter(({ created_at }) => created_at.getTime() >= since);
  const found = runs.map(({ events }) => troubleOf(events)).filter((trouble) => trouble !== null);
  if (found.length === 0) return pass(`Nothing is wrong in ${runs.length} entries of the last ${hoursBack} hours.`);
  const counts = [...new Set(found)].map((each) => `${each} (${found.filter((other) => other === each).length})`);
  const text = `Of ${runs.length} entries of the last ${hoursBack} hours ${found.length} report problems: ${counts.join('; ')}.`;
  return found.length * 2 >= runs.length ? fail(text, remedy) : warn(text, remedy);
}
