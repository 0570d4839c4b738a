import { z } from 'zod';
import { ServiceError } from '../aws.js';
import { setPassword } from './passwords.js';
import { addUser, findUser, type PoolUser, type UserPool } from './pool.js';
import {
  invalidParameter,
  type Operation,
  pageGuard,
  resourceNotFound,
  tooLong,
  toPage,
  userNotFound,
} from './protocol.js';

/** Limit of the API's AttributeValueType. */
const VALUE_MAX_CHARACTERS = 2048;

const attributesGuard = z.array(z.object({ Name: z.string(), Value: z.string().optional() }));
const ofUser = z.object({ UserPoolId: z.string(), Username: z.string().min(1) });

const toList = (user: PoolUser) => [...user.attributes].map(([Name, Value]) => ({ Name, Value }));

const toView = (user: PoolUser, list: 'Attributes' | 'UserAttributes') => ({
  Username: user.username,
  [list]: toList(user),
  UserCreateDate: user.created / 1000,
  UserLastModifiedDate: user.created / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
  ...(list === 'Attributes' || user.factors.length === 0 ? {} : { UserMFASettingList: user.factors }),
});

function checkAttributes(pool: UserPool, attributes: z.infer<typeof attributesGuard>, isNew: boolean): void {
  for (const { Name, Value = '' } of attributes) {
    const definition = pool.schema.get(Name);
    if (definition === undefined) {
      throw invalidParameter(
        `Attributes did not conform to the schema: ${Name}: Attribute does not exist in the schema.`,
      );
    }
    if (Name === 'sub' || (!isNew && !definition.Mutable)) {
      throw invalidParameter(`user.${Name}: Attribute cannot be updated.`);
    }
    if (Value.length > VALUE_MAX_CHARACTERS) throw tooLong('userAttributes', VALUE_MAX_CHARACTERS);
    const { MaxLength, MinLength } = definition.StringAttributeConstraints ?? {};
    if (Value.length > Number(MaxLength ?? VALUE_MAX_CHARACTERS) || Value.length < Number(MinLength ?? 0)) {
      throw invalidParameter(`Attributes did not conform to the schema: ${Name}: String must be at most ${MaxLength}.`);
    }
  }
}

const require = (pool: UserPool, username: string): PoolUser => {
  const user = findUser(pool, username);
  if (user === undefined) throw userNotFound();
  return user;
};

const groupGuard = pageGuard.extend({ UserPoolId: z.string(), GroupName: z.string().min(1).max(128) });

/** Filter by one of the searchable attributes, which do not include custom ones. */
const filterGuard = z
  .string()
  .max(256)
  .regex(
    /^(username|email|phone_number|name|given_name|family_name|preferred_username|cognito:user_status|status|sub)\s*\^?=\s*"[^"\\]*"$/,
  );

const factorSetting = z.object({ Enabled: z.boolean().optional(), PreferredMfa: z.boolean().optional() }).optional();
const factorsGuard = ofUser.extend({
  SMSMfaSettings: factorSetting,
  SoftwareTokenMfaSettings: factorSetting,
  EmailMfaSettings: factorSetting,
});

export const userOperations: Readonly<Record<string, Operation>> = {
  AdminCreateUser: ({ pool, body, now }) => {
    const { Username, UserAttributes } = ofUser.extend({ UserAttributes: attributesGuard.default([]) }).parse(body);
    checkAttributes(pool, UserAttributes, true);
    // A name is free even if it equals another user's `sub`.
    if (pool.users.has(Username)) throw new ServiceError('UsernameExistsException', 'User account already exists');
    const attributes = new Map(UserAttributes.map(({ Name, Value = '' }) => [Name, Value]));
    const user = addUser(pool, Username, { created: now, attributes });
    return { User: toView(user, 'Attributes') };
  },
  AdminSetUserPassword: ({ pool, body, now }) => {
    const { Username, Password, Permanent } = ofUser
      .extend({ Password: z.string().min(6).max(256), Permanent: z.boolean().default(false) })
      .parse(body);
    setPassword(pool, require(pool, Username), { password: Password, permanent: Permanent, now });
    return {};
  },
  AdminSetUserMFAPreference: ({ pool, body }) => {
    const { Username, SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings } = factorsGuard.parse(body);
    const user = require(pool, Username);
    const given = [
      { name: 'SMS_MFA', isOn: SMSMfaSettings?.Enabled },
      { name: 'SOFTWARE_TOKEN_MFA', isOn: SoftwareTokenMfaSettings?.Enabled },
      { name: 'EMAIL_OTP', isOn: EmailMfaSettings?.Enabled },
    ].filter(({ isOn }) => isOn !== undefined);
    const kept = user.factors.filter((factor) => !given.some(({ name }) => name === factor));
    user.factors = [...kept, ...given.filter(({ isOn }) => isOn).map(({ name }) => name)];
    return {};
  },
  AdminGetUser: ({ pool, body }) => toView(require(pool, ofUser.parse(body).Username), 'UserAttributes'),
  AdminUpdateUserAttributes: ({ pool, body }) => {
    const { Username, UserAttributes } = ofUser.extend({ UserAttributes: attributesGuard }).parse(body);
    const user = require(pool, Username);
    checkAttributes(pool, UserAttributes, false);
    for (const { Name, Value = '' } of UserAttributes) user.attributes.set(Name, Value);
    return {};
  },
  AdminDeleteUserAttributes: ({ pool, body }) => {
    const { Username, UserAttributeNames } = ofUser.extend({ UserAttributeNames: z.array(z.string()) }).parse(body);
    const user = require(pool, Username);
    for (const name of UserAttributeNames) {
      if (!pool.schema.has(name)) throw invalidParameter(`user.${name}: Attribute does not exist in the schema.`);
      user.attributes.delete(name);
    }
    return {};
  },
  AdminUserGlobalSignOut: ({ pool, body }) => {
    const { username } = require(pool, ofUser.parse(body).Username);
    for (const tokens of [pool.accessTokens, pool.refreshTokens]) {
      for (const [token, holder] of tokens) if (holder === username) tokens.delete(token);
    }
    return {};
  },
  AdminListGroupsForUser: ({ pool, body }) => {
    const { username } = require(pool, ofUser.parse(body).Username);
    const groups = [...pool.groups].filter(([, members]) => members.has(username));
    const { page, more } = toPage(groups, pageGuard.parse(body));
    const dates = { CreationDate: 0, LastModifiedDate: 0 };
    return { Groups: page.map(([GroupName]) => ({ GroupName, UserPoolId: pool.id, ...dates })), ...more };
  },
  ListGroups: ({ pool, body }) => {
    const { page, more } = toPage([...pool.groups.keys()], pageGuard.parse(body));
    return { Groups: page.map((GroupName) => ({ GroupName, UserPoolId: pool.id })), ...more };
  },
  ListUsersInGroup: ({ pool, body }) => {
    const asked = groupGuard.parse(body);
    const group = pool.groups.get(asked.GroupName);
    if (group === undefined) throw resourceNotFound('Group not found.');
    const members = [...pool.users.values()].filter(({ username }) => group.has(username));
    const { page, more } = toPage(members, asked);
    return { Users: page.map((user) => toView(user, 'Attributes')), ...more };
  },
  ListUsers: ({ pool, body }) => {
    const { Filter, Limit, PaginationToken, AttributesToGet } = z
      .object({
        Filter: filterGuard.optional(),
        Limit: z.int().min(1).max(60).default(60),
        PaginationToken: z.string().regex(/^\d+$/).optional(),
        AttributesToGet: z.array(z.string()).optional(),
      })
      .parse(body);
    const [, name = '', operator = '', value = ''] = /^([a-z_:]+)\s*(\^?=)\s*"([^"]*)"$/.exec(Filter ?? '') ?? [];
    const isHit = (user: PoolUser): boolean => {
      const held = (name === 'username' ? user.username : user.attributes.get(name)) ?? '';
      // Only user names compare case-sensitively.
      const [one, other] = name === 'username' ? [held, value] : [held.toLowerCase(), value.toLowerCase()];
      return operator === '=' ? one === other : one.startsWith(other);
    };
    const users = [...pool.users.values()].filter((user) => Filter === undefined || isHit(user));
    const from = Number(PaginationToken ?? 0);
    // AWS: "This operation might return fewer items than you specify". So the first page of a search may be empty.
    const length = Filter !== undefined && PaginationToken === undefined ? Math.floor(Limit / 2) : Limit;
    const page = users.slice(from, from + length);
    const unset = AttributesToGet?.find((asked) => page.some(({ attributes }) => !attributes.has(asked)));
    // As documented: all returned users must have a value of each requested attribute.
    if (unset !== undefined) throw invalidParameter(`One or more requested attributes do not exist: ${unset}`);
    return {
      Users: page.map((user) => {
        const view = toView(user, 'Attributes');
        return AttributesToGet === undefined
          ? view
          : { ...view, Attributes: toList(user).filter(({ Name }) => AttributesToGet.includes(Name)) };
      }),
      ...(users.length > from + length ? { PaginationToken: String(from + length) } : {}),
    };
  },
};
