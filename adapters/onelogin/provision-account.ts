import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { listOf, type RestAnswer } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { FaceError } from '../../src/errors.js';
import type { OneLoginApi } from './client.js';
import type { OneLoginConnection, OneLoginSettings } from './config.js';
import { idGuard } from './profile-account.js';
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

const pageSize = 100;
const maxPages = 20;

export type SmartHook = z.output<typeof hookGuard>;

const refusalGuard = z.object({ name: z.string().regex(/^[A-Za-z]{1,64}$/) });

/** Creates the provisioning calls for one account. A refusal throws `provider_refused` with the refused call. */
export function createAccountClient(api: OneLoginApi) {
  const read = async <Output>(call: string, guard: z.ZodType<Output>, answer: Promise<RestAnswer>): Promise<Output> => {
    const { status, body } = await answer;
    const parsed = guard.safeParse(body);
    if (status >= 200 && status < 300 && parsed.success) return parsed.data;
    const { data } = refusalGuard.safeParse(body);
    throw new FaceError('provider_refused', { status, code: data?.name ?? null, call });
  };
  const hookPath = (id: string): string => `/api/2/hooks/${encodeURIComponent(id)}`;
  return {
    listFields: () =>
      read('list custom attributes', z.array(fieldGuard), api.call('GET', '/api/2/users/custom_attributes')),
    createField: (field: { name: string; shortname: string }) =>
      read(
        'create custom attribute',
        z.unknown(),
        api.call('POST', '/api/2/users/custom_attributes', { user_field: field }),
      ),
    async listVariables(): Promise<z.output<typeof variableGuard>[]> {
      const variables: z.output<typeof variableGuard>[] = [];
      for (let page = 1; page <= maxPages; page += 1) {
        const path = `/api/2/hooks/envs?limit=${pageSize}&page=${page}`;
        const listed = await read('list environment variables', z.array(variableGuard), api.call('GET', path));
        variables.push(...listed);
        if (listed.length < pageSize) break;
      }
      return variables;
    },
    createVariable: (name: string, value: string) =>
      read('create environment variable', z.unknown(), api.call('POST', '/api/2/hooks/envs', { name, value })),
    writeVariable: (id: string, value: string) =>
      read(
        'update environment variable',
        z.unknown(),
        api.call('PUT', `/api/2/hooks/envs/${encodeURIComponent(id)}`, { value }),
      ),
    findHook: async (type: SmartHookType): Promise<SmartHook | null> => {
      const listed = await read('list hooks', z.array(listedGuard), api.call('GET', '/api/2/hooks'));
      const found = listed.find((hook) => hook.type === type);
      return found === undefined ? null : read('get hook', hookGuard, api.call('GET', hookPath(found.id)));
    },
    createHook: (settings: JsonObject) => read('create hook', hookGuard, api.call('POST', '/api/2/hooks', settings)),
    listLogs: (id: string) =>
      read('get hook logs', z.array(logGuard), api.call('GET', `${hookPath(id)}/logs?limit=${pageSize}`)),
    replaceHook: (id: string, settings: JsonObject) =>
      read('update hook', z.unknown(), api.call('PUT', hookPath(id), settings)),
  };
}

export type AccountClient = ReturnType<typeof createAccountClient>;

export interface Parts {
  readonly deps: AdapterDeps<OneLoginConnection>;
  readonly onelogin: OneLoginSettings;
  readonly api: OneLoginApi;
  readonly account: AccountClient;
}

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
