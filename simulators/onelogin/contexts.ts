import { randomUUID } from 'node:crypto';
import type { Account, AccountUser, SmartHook } from './account.js';

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

export const toEnvironment = (account: Account, { settings }: SmartHook): Record<string, string> =>
  Object.fromEntries(
    [...account.variables.values()]
      .filter(({ name }) => settings.env_vars.includes(name))
      .map(({ name, value }) => [name, value]),
  );
