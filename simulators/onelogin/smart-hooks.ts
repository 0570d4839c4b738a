import { randomUUID } from 'node:crypto';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { type Account, type EnvironmentVariable, findHook, isoNow, type SmartHook } from './account.js';
import { ApiError, badRequest, conflict, findIn, parseBody, unprocessable } from './errors.js';

/** The documentation gives defaults for timeout and retries, but the API does not. */
const hookGuard = z.strictObject({
  type: z.enum(['pre-authentication', 'user-migration']),
  function: z
    .string()
    .min(1)
    .max(20_000)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
  disabled: z.boolean(),
  runtime: z.enum(['nodejs22.x', 'nodejs24.x']),
  timeout: z.int().min(1).max(10),
  retries: z.int().min(0).max(4),
  context_version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .optional(),
  options: z
    .strictObject({
      risk_enabled: z.boolean(),
      location_enabled: z.boolean(),
      mfa_device_info_enabled: z.boolean(),
      failed_login_attempts_enabled: z.boolean(),
    })
    .partial()
    .optional(),
  env_vars: z.array(z.string()),
  packages: z.record(z.string(), z.string()),
  conditions: z
    .array(z.strictObject({ source: z.literal('roles'), operator: z.literal('~'), value: z.string() }))
    .optional(),
});

export type HookSettings = z.output<typeof hookGuard>;

const newVariableGuard = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{1,99}$/),
  value: z.string().min(1).max(5_000),
});
const variableChangeGuard = z.strictObject({ value: z.string().min(1).max(5_000) });

const pageGuard = z.object({
  // OneLogin's pages say 1,000, and the description of its clients says 100. This is the stricter limit.
  limit: z.coerce.number().int().min(1).max(100).default(50),
  page: z.coerce.number().int().min(1).default(1),
});

function toPage<Item>(items: readonly Item[], { query }: Request): Item[] {
  const asked = pageGuard.safeParse(query);
  if (!asked.success) throw badRequest('limit or page is not valid');
  const { limit, page } = asked.data;
  return items.slice((page - 1) * limit, page * limit);
}

const toHookView = ({ id, settings, status, createdAt, updatedAt }: SmartHook) => ({
  id,
  ...settings,
  context_version: settings.context_version ?? '1.1.0',
  options: settings.type === 'user-migration' ? {} : (settings.options ?? {}),
  conditions: settings.conditions ?? [],
  status,
  created_at: createdAt,
  updated_at: updatedAt,
});

const toVariableView = ({ id, name, createdAt, updatedAt }: EnvironmentVariable) => ({
  id,
  name,
  created_at: createdAt,
  updated_at: updatedAt,
});

/** @see https://developers.onelogin.com/api-docs/2/smart-hooks/create-hook */
export function createSmartHooksApi(account: Account): Router {
  const router = Router();
  router.use('/envs', createVariablesApi(account));

  const find = ({ params }: Request): SmartHook => findIn(account.hooks, String(params.id));
  const parseHook = (body: unknown): HookSettings => {
    const settings = parseBody(hookGuard, body);
    const names = [...account.variables.values()].map(({ name }) => name);
    const unknown = settings.env_vars.find((name) => !names.includes(name));
    if (unknown !== undefined) throw unprocessable(`env_vars: ${unknown} does not exist`);
    return settings;
  };

  router.get('/', (request, response) => {
    response.json(toPage([...account.hooks.values()], request).map(toHookView));
  });
  router.post('/', (request, response) => {
    const settings = parseHook(request.body);
    if (findHook(account, settings.type) !== undefined)
      throw conflict(`A hook of type ${settings.type} already exists`);
    const now = isoNow(account);
    const hook: SmartHook = { id: randomUUID(), settings, status: 'ready', createdAt: now, updatedAt: now };
    account.hooks.set(hook.id, hook);
    response.status(201).json(toHookView(hook));
  });
  router.get('/:id', (request, response) => {
    response.json(toHookView(find(request)));
  });
  router.put('/:id', (request, response) => {
    const hook = find(request);
    const settings = parseHook(request.body);
    const sameType = findHook(account, settings.type);
    if (sameType !== undefined && sameType !== hook) throw conflict(`A hook of type ${settings.type} already exists`);
    // OneLogin: "Updating function code while the hook is enabled may cause errors during deployment". In the
    // simulator, it always fails.
    if (!hook.settings.disabled && settings.function !== hook.settings.function) {
      throw new ApiError(500, 'InternalServerError', 'The hook is enabled');
    }
    hook.settings = settings;
    hook.updatedAt = isoNow(account);
    response.json(toHookView(hook));
  });
  router.get('/:id/logs', (request, response) => {
    const { id } = find(request);
    const logs = account.logs.filter(({ hookId }) => hookId === id);
    response.json(toPage(logs, request).map(({ hookId: _, ...log }) => log));
  });
  return router;
}

/** @see https://developers.onelogin.com/api-docs/2/smart-hooks/create-environment-variable */
function createVariablesApi(account: Account): Router {
  const router = Router();
  router.get('/', (request, response) => {
    response.json(toPage([...account.variables.values()], request).map(toVariableView));
  });
  router.post('/', (request, response) => {
    const { name, value } = parseBody(newVariableGuard, request.body);
    if ([...account.variables.values()].some((other) => other.name === name)) {
      throw conflict(`An environment variable named ${name} already exists`);
    }
    const now = isoNow(account);
    const variable = { id: randomUUID(), name, value, createdAt: now, updatedAt: now };
    account.variables.set(variable.id, variable);
    response.status(201).json(toVariableView(variable));
  });
  router.put('/:id', (request, response) => {
    const variable = findIn(account.variables, String(request.params.id));
    variable.value = parseBody(variableChangeGuard, request.body).value;
    variable.updatedAt = isoNow(account);
    response.json(toVariableView(variable));
  });
  return router;
}
