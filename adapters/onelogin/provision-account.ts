import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { listOf } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { FaceError } from '../../src/errors.js';
import type { OneLoginApi } from './client.js';
import type { OneLoginConnection, OneLoginSettings } from './config.js';
import { idGuard } from './profile.js';
import type { SmartHookType } from './schema.js';
import { variableNames, variablesOf } from './smart-hook.js';

const settingsGuard = z
  .record(z.string(), z.json())
  .nullish()
  .transform((settings) => settings ?? {});
const fieldGuard = z.object({ shortname: z.string() });
const variableGuard = z.object({ id: idGuard, name: z.string() });
const variableNameGuard = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);
const listedGuard = z.object({ id: idGuard, type: z.string() });
const hookGuard = listedGuard.extend({
  function: z.string(),
  disabled: z.boolean(),
  runtime: z.string(),
  timeout: z.number(),
  retries: z.number(),
  env_vars: listOf(variableNameGuard),
  packages: settingsGuard,
  options: settingsGuard,
  conditions: listOf(z.json()),
  context_version: z.string().nullish(),
  status: z.string().nullish(),
});

const logGuard = z.object({ created_at: z.coerce.date(), events: z.array(z.string()) });

const fieldsPath = '/api/2/users/custom_attributes';
export const variablesPath = '/api/2/hooks/envs';
export const hooksPath = '/api/2/hooks';

const pageSize = 100;
const maxPages = 20;

export type SmartHook = z.output<typeof hookGuard>;

const refusalGuard = z.object({ name: z.string().regex(/^[A-Za-z]{1,64}$/) });

/** Creates the provisioning calls for one account. A refusal throws `provider_refused` with the refused call. */
export function createAccountClient(api: OneLoginApi) {
  type Request = Parameters<OneLoginApi['call']>;
  const send = async <Output>(name: string, guard: z.ZodType<Output>, ...request: Request): Promise<Output> => {
    const { status, body } = await api.call(...request);
    const parsed = guard.safeParse(body);
    if (status >= 200 && status < 300 && parsed.success) return parsed.data;
    const { data } = refusalGuard.safeParse(body);
    throw new FaceError('provider_refused', { status, code: data?.name ?? null, call: name });
  };
  const hookPath = (id: string): string => `${hooksPath}/${encodeURIComponent(id)}`;
  return {
    listFields: () => send('list custom attributes', z.array(fieldGuard), 'GET', fieldsPath),
    createField: (field: { name: string; shortname: string }) =>
      send('create custom attribute', z.unknown(), 'POST', fieldsPath, { user_field: field }),
    async listVariables(): Promise<z.output<typeof variableGuard>[]> {
      const variables: z.output<typeof variableGuard>[] = [];
      for (let page = 1; page <= maxPages; page += 1) {
        const path = `${variablesPath}?limit=${pageSize}&page=${page}`;
        const listed = await send('list environment variables', z.array(variableGuard), 'GET', path);
        variables.push(...listed);
        if (listed.length < pageSize) break;
      }
      return variables;
    },
    createVariable: (name: string, value: string) =>
      send('create environment variable', z.unknown(), 'POST', variablesPath, { name, value }),
    writeVariable: (id: string, value: string) =>
      send('update environment variable', z.unknown(), 'PUT', `${variablesPath}/${encodeURIComponent(id)}`, { value }),
    findHook: async (type: SmartHookType): Promise<SmartHook | null> => {
      const listed = await send('list hooks', z.array(listedGuard), 'GET', hooksPath);
      const found = listed.find((hook) => hook.type === type);
      return found === undefined ? null : send('get hook', hookGuard, 'GET', hookPath(found.id));
    },
    createHook: (settings: JsonObject) => send('create hook', hookGuard, 'POST', hooksPath, settings),
    listLogs: (id: string) => send('get hook logs', z.array(logGuard), 'GET', `${hookPath(id)}/logs?limit=${pageSize}`),
    replaceHook: (id: string, settings: JsonObject) => send('update hook', z.unknown(), 'PUT', hookPath(id), settings),
  };
}

export interface Parts {
  readonly deps: AdapterDeps<OneLoginConnection>;
  readonly onelogin: OneLoginSettings;
  readonly api: OneLoginApi;
  readonly account: ReturnType<typeof createAccountClient>;
}

/** First line of what an administrator does by hand, because OneLogin creates hooks and variables by its API only. */
export const apiPlace = 'Call the API of OneLogin with an API credential of the scope Manage All';

/** Title of the step that creates the variables. */
export const variablesStepTitle = 'Environment variables of the Smart Hooks';

export const missingVariables = async ({ account }: Parts): Promise<string[]> => {
  const names = (await account.listVariables()).map(({ name }) => name);
  return Object.values(variableNames).filter((name) => !names.includes(name));
};

export const toVariableValue = (name: string, { hooks, facePolicyId }: OneLoginSettings): string =>
  name === variableNames.secret ? hooks.secret.use((text) => text) : String(facePolicyId);

/** Writes the variables that a hook uses. They are written every time, because OneLogin never shows their values. */
export async function writeVariables(type: SmartHookType, { account, onelogin }: Parts): Promise<void> {
  const known = await account.listVariables();
  for (const name of variablesOf(type)) {
    const variable = known.find((each) => each.name === name);
    if (variable === undefined) await account.createVariable(name, toVariableValue(name, onelogin));
    else await account.writeVariable(variable.id, toVariableValue(name, onelogin));
  }
}
