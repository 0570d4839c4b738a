import * as z from 'zod/mini';
import { type NamedAction, nameAction, requestedAction } from '../core/action.js';
import { oidcErrors } from './library.js';

const detailsGuard = z.tuple([requestedAction]);

/**
 * Parses the action to approve (RFC 9396). Returns `null` without one. @throws oidcErrors.InvalidAuthorizationDetails
 */
export function parseRequestedAction(text: string | undefined): NamedAction | null {
  if (text === undefined) return null;
  const parsed = detailsGuard.safeParse(JSON.parse(text));
  if (parsed.success) return nameAction(parsed.data[0]);
  throw new oidcErrors.InvalidAuthorizationDetails('expected exactly one displayable action');
}
