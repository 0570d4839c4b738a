import { type Request, Router } from 'express';
import { z } from 'zod';
import { type Account, type AccountUser, isoNow } from './account.js';
import { badRequest, findIn, parseBody, unprocessable } from './errors.js';

const unset = Object.fromEntries(
  (
    'company department title phone comment group_id directory_id trusted_idp_id manager_user_id manager_ad_id ' +
    'external_id member_of distinguished_name samaccountname userprincipalname preferred_locale_code activated_at ' +
    'created_at updated_at invitation_sent_at locked_until password_changed_at'
  )
    .split(' ')
    .map((name) => [name, null]),
);

const toView = ({ fields }: Account, user: AccountUser) => ({
  ...unset,
  ...user.details,
  id: user.id,
  username: user.username,
  email: user.email,
  firstname: user.firstname,
  lastname: user.lastname,
  status: user.status,
  state: user.state,
  invalid_login_attempts: 0,
  role_ids: user.roleIds,
  last_login: user.lastLogin,
  custom_attributes: Object.fromEntries(
    fields.map(({ shortname }) => [shortname, user.customAttributes[shortname] ?? null]),
  ),
});

/** Returns custom attributes only on request, because the documented sample lacks them. */
function toListed(view: ReturnType<typeof toView>, fields: string | undefined): object {
  const { custom_attributes, ...usual } = view;
  if (fields === undefined) return usual;
  const names = ['id', ...fields.split(',')];
  return Object.fromEntries(Object.entries(view).filter(([name]) => names.includes(name)));
}

const names = {
  username: z.string().optional(),
  email: z.string().optional(),
  firstname: z.string().optional(),
  lastname: z.string().optional(),
};

const changeGuard = z.looseObject({
  ...names,
  password: z.string().optional(),
  custom_attributes: z.record(z.string(), z.union([z.string(), z.null()])).optional(),
});

const listGuard = z.strictObject({
  ...names,
  limit: z.coerce.number().int().min(1).max(100).optional(),
  fields: z.string().optional(),
  cursor: z
    .base64()
    .transform((text) => Buffer.from(text, 'base64').toString('latin1'))
    .pipe(z.string().regex(/^after:\d+$/))
    .transform((text) => Number(text.slice('after:'.length)))
    .optional(),
});

const fieldGuard = z.strictObject({ name: z.string().min(1), shortname: z.string().regex(/^\w{1,64}$/) });
export type CustomField = z.output<typeof fieldGuard> & { readonly id: number; readonly position: number };
const pageSize = 50;

/** Applies a filter: `*` matches any text, and a leading `!` negates. */
function isFilteredIn(value: string, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  if (filter.startsWith('!')) return !isFilteredIn(value, filter.slice(1));
  const parts = filter.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(value);
}

/** Body that creates a custom field. Only a creation wraps the field in `user_field`. */
const newFieldGuard = z.strictObject({ user_field: fieldGuard });

/** @see https://developers.onelogin.com/api-docs/2/users/update-user */
export function createUsersApi(account: Account): Router {
  const router = Router();
  const findUser = ({ params }: Request): AccountUser => findIn(account.users, Number(params.id));
  router.get('/custom_attributes', (_request, response) => {
    response.json(account.fields);
  });
  router.post('/custom_attributes', (request, response) => {
    const { user_field } = parseBody(newFieldGuard, request.body);
    if (account.fields.some(({ shortname }) => shortname === user_field.shortname)) {
      throw unprocessable('shortname has already been taken');
    }
    const field = { id: 85_306 + account.fields.length, ...user_field, position: account.fields.length + 1 };
    account.fields.push(field);
    response.status(201).json(field);
  });
  router.get('/', (request, response) => {
    const query = listGuard.safeParse(request.query);
    if (!query.success) {
      const unknown = query.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
      throw badRequest(`query parameter(s) not allowed: ${unknown.join(', ')}`);
    }
    const { fields, limit = pageSize, cursor: from = 0, ...asked } = query.data;
    const found = [...account.users.values()].filter((user) =>
      (['username', 'email', 'firstname', 'lastname'] as const).every((name) => isFilteredIn(user[name], asked[name])),
    );
    const size = Math.min(limit, pageSize);
    if (found.length > from + size) {
      // OneLogin percent-encodes the cursor: `%3D` for `=`.
      const next = Buffer.from(`after:${from + size}`).toString('base64');
      response.set('After-Cursor', encodeURIComponent(next));
    }
    response.json(found.slice(from, from + size).map((user) => toListed(toView(account, user), fields)));
  });
  router.get('/:id', (request, response) => {
    response.json(toView(account, findUser(request)));
  });
  router.put('/:id', (request, response) => {
    const user = findUser(request);
    const { custom_attributes, ...base } = parseBody(changeGuard, request.body);
    for (const name of Object.keys(custom_attributes ?? {})) {
      if (!account.fields.some(({ shortname }) => shortname === name)) {
        throw unprocessable(`custom_attributes is not valid: ${name}`);
      }
    }
    if (custom_attributes !== undefined) {
      // Replace all attributes, which is the stricter assumption. OneLogin's Terraform provider reads, merges and
      // writes all of them.
      // An empty text clears a field.
      const toKept = (value: string | null) => (value ? value.slice(0, account.fieldMaxCharacters) : null);
      user.customAttributes = Object.fromEntries(
        Object.entries(custom_attributes).map(([name, value]) => [name, toKept(value)]),
      );
    }
    for (const name of ['username', 'email', 'firstname', 'lastname', 'password'] as const) {
      user[name] = base[name] ?? user[name];
    }
    response.json(toView(account, user));
  });
  return router;
}

/**
 * Creates the calls that only version 1 of the API has.
 * @see https://developers.onelogin.com/api-docs/1/users/log-user-out
 */
export function createFormerUsersApi(account: Account): Router {
  const router = Router();
  router.put('/:id/logout', (request, response) => {
    const user = account.users.get(Number(request.params.id));
    if (user === undefined) {
      const status = { error: true, code: 404, type: 'not found', message: 'The user was not found' };
      response.status(404).json({ status });
      return;
    }
    user.loggedOutAt = isoNow(account);
    response.json({ status: { error: false, code: 200, type: 'success', message: 'Success' } });
  });
  return router;
}
