import { z } from 'zod';

/*
 * OneLogin publishes no description of its API. These shapes come from OneLogin's public sources, by abbreviation:
 *
 * SDK   onelogin/onelogin-python-sdk, docs/*.md
 * DOCS  developers.onelogin.com/api-docs/2
 * TF    onelogin/terraform-provider-onelogin
 * MCP   onelogin/onelogin-mcp, lib/tools/*.js, the newest
 *
 * If the sources differ, the strictest applies.
 */

export interface DescribedOperation {
  readonly method: string;
  readonly path: RegExp;
  /** Query parameters; none if omitted. */
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Status of a success, by default 200. */
  readonly status?: number;
  readonly answer: z.ZodType;
}

const text = z.string();
const time = z.iso.datetime();
// SDK: "How many items to return at one time (max 100)"; DOCS allows 1,000 for hooks and logs.
const pageFields = {
  limit: z.coerce.number().int().min(1).max(100).optional(),
  page: z.coerce.number().int().min(1).optional(),
  cursor: text.optional(),
};
const pageQuery = z.strictObject(pageFields);

// SDK HookOptions.md; the fourth option is from MCP smart-hooks.js.
const optionsGuard = z
  .strictObject({
    risk_enabled: z.boolean(),
    location_enabled: z.boolean(),
    mfa_device_info_enabled: z.boolean(),
    failed_login_attempts_enabled: z.boolean(),
  })
  .partial();

// Required fields are from SDK Hook.md; types, runtimes, lengths and ranges from MCP smart-hooks.js; conditions from
// DOCS types/pre-authentication.
const hookFields = {
  type: z.enum(['pre-authentication', 'user-migration']),
  function: z.base64().max(20_000),
  disabled: z.boolean(),
  runtime: z.enum(['nodejs22.x', 'nodejs24.x']),
  timeout: z.int().min(1).max(10),
  retries: z.int().min(0).max(4),
  env_vars: z.array(text),
  packages: z.record(text, text),
  context_version: text.optional(),
  options: optionsGuard.optional(),
  conditions: z
    .array(z.strictObject({ source: z.literal('roles'), operator: z.literal('~'), value: z.string().regex(/^\d+$/) }))
    .optional(),
};
const newHookGuard = z.strictObject(hookFields);
const hookGuard = z.strictObject({ ...hookFields, id: text, status: text, created_at: time, updated_at: time });

// SDK HookEnvvar.md; DOCS create-environment-variable has name and lengths. OneLogin never returns the value.
const newVariableGuard = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{1,99}$/),
  value: z.string().min(1).max(5_000),
});
const variableGuard = z.strictObject({ id: text, name: text, created_at: time, updated_at: time });

// SDK HookLog.md, DOCS get-hook-logs. A line has a timestamp, an ID, a level and the text, separated by tabs.
const logGuard = z.strictObject({
  request_id: text,
  correlation_id: text,
  created_at: time,
  events: z.array(text),
});

// DOCS get-user: the sample shows all fields and which ones are nullable.
const nullableFields = (names: string, guard: z.ZodType) =>
  Object.fromEntries(names.split(' ').map((name) => [name, guard.nullable()]));
const userGuard = z.strictObject({
  id: z.int(),
  state: z.int(),
  status: z.int(),
  role_ids: z.array(z.int()),
  invalid_login_attempts: z.int(),
  custom_attributes: z.record(text, text.nullable()),
  ...nullableFields(
    'username email firstname lastname company department title phone comment manager_ad_id external_id member_of ' +
      'distinguished_name samaccountname userprincipalname preferred_locale_code',
    text,
  ),
  ...nullableFields('group_id directory_id trusted_idp_id manager_user_id', z.int()),
  ...nullableFields(
    'activated_at created_at updated_at last_login invitation_sent_at locked_until password_changed_at',
    time,
  ),
});
// SDK UsersV2Api.md list_users2. `fields` limits the returned fields.
const usersQuery = z.strictObject({
  ...pageFields,
  username: text.optional(),
  email: text.optional(),
  firstname: text.optional(),
  lastname: text.optional(),
  fields: text.optional(),
});

// DOCS list-custom-attributes.
const fieldGuard = z.strictObject({ id: z.int(), name: text, shortname: text, position: z.int() });

export const oneloginOperations: readonly DescribedOperation[] = [
  {
    // SDK OAuth2Api.md, GenerateToken200Response.md; DOCS oauth20-tokens/generate-tokens.
    method: 'POST',
    path: /^\/auth\/oauth2\/v2\/token$/,
    body: z.strictObject({ grant_type: z.literal('client_credentials') }),
    answer: z.strictObject({
      access_token: text,
      created_at: time,
      expires_in: z.int(),
      refresh_token: text,
      token_type: z.literal('bearer'),
      account_id: z.int(),
    }),
  },
  {
    // DOCS oauth20-tokens/get-rate-limit: the keys are header names.
    method: 'GET',
    path: /^\/auth\/rate_limit$/,
    answer: z.strictObject({
      status: z.strictObject({ error: z.literal(false), code: z.literal(200), type: text, message: text }),
      data: z.strictObject({
        'X-RateLimit-Limit': z.int(),
        'X-RateLimit-Remaining': z.int(),
        'X-RateLimit-Reset': z.int(),
      }),
    }),
  },
  { method: 'GET', path: /^\/api\/2\/hooks$/, query: pageQuery, answer: z.array(hookGuard) },
  { method: 'POST', path: /^\/api\/2\/hooks$/, body: newHookGuard, status: 201, answer: hookGuard },
  { method: 'GET', path: /^\/api\/2\/hooks\/envs$/, query: pageQuery, answer: z.array(variableGuard) },
  { method: 'POST', path: /^\/api\/2\/hooks\/envs$/, body: newVariableGuard, status: 201, answer: variableGuard },
  {
    // MCP: the request may contain only the value, not the name.
    method: 'PUT',
    path: /^\/api\/2\/hooks\/envs\/[^/]+$/,
    answer: variableGuard,
    body: newVariableGuard.pick({ value: true }),
  },
  {
    method: 'GET',
    path: /^\/api\/2\/hooks\/[^/]+\/logs$/,
    answer: z.array(logGuard),
    query: z.strictObject({ ...pageFields, request_id: text.optional(), correlation_id: text.optional() }),
  },
  { method: 'GET', path: /^\/api\/2\/hooks\/[^/]+$/, answer: hookGuard },
  // SDK update_hook needs the whole hook; MCP allows parts.
  { method: 'PUT', path: /^\/api\/2\/hooks\/[^/]+$/, body: newHookGuard, answer: hookGuard },
  { method: 'GET', path: /^\/api\/2\/users\/custom_attributes$/, answer: z.array(fieldGuard) },
  {
    // TF resource_onelogin_user_custom_attributes.go: the fields of a new attribute are wrapped in an object.
    method: 'POST',
    path: /^\/api\/2\/users\/custom_attributes$/,
    status: 201,
    answer: fieldGuard,
    body: z.strictObject({ user_field: z.strictObject({ name: text, shortname: text }) }),
  },
  { method: 'GET', path: /^\/api\/2\/users$/, query: usersQuery, answer: z.array(userGuard.partial()) },
  { method: 'GET', path: /^\/api\/2\/users\/\d+$/, answer: userGuard },
  {
    // SDK Role.md: only the name is required.
    method: 'GET',
    path: /^\/api\/2\/roles\/\d+$/,
    answer: z.strictObject({
      id: z.int(),
      name: text,
      apps: z.array(z.int()).optional(),
      users: z.array(z.int()).optional(),
      admins: z.array(z.int()).optional(),
    }),
  },
  {
    // DOCS update-user, MCP users.js: values are texts, and an empty text clears the field.
    method: 'PUT',
    path: /^\/api\/2\/users\/\d+$/,
    answer: userGuard,
    body: z.strictObject({ custom_attributes: z.record(text, text) }),
  },
  {
    // DOCS api-docs/1/users/log-user-out: exists only in version 1.
    method: 'PUT',
    path: /^\/api\/1\/users\/\d+\/logout$/,
    answer: z.strictObject({
      status: z.strictObject({ error: z.literal(false), code: z.literal(200), type: text, message: text }),
    }),
  },
];

/** Error answers, on every page of DOCS. The token endpoint has another format. */
export const refusalGuard = z.union([
  z.strictObject({ message: text, name: z.string().endsWith('Error'), statusCode: z.int() }),
  z.strictObject({ status: z.strictObject({ error: z.literal(true), code: z.int(), type: text, message: text }) }),
]);
