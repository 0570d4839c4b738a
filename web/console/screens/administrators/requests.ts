import type { AddedAdministratorReply, AdministratorsReply } from '../../../../src/rest/replies/administrators.js';
import { get, post } from '../../frame/call.js';

export type Administrator = AdministratorsReply['administrators'][number];

export const listAdministrators = get<AdministratorsReply>('/v1/administrators');

/** @param fields.expiresIn - in seconds, or `undefined` for no expiry */
export const addAdministrator = (fields: { name: string; role: string; expiresIn: number | undefined }) =>
  post<AddedAdministratorReply>('/v1/administrators', fields);

export const removeAdministrator = (name: string) => post('/v1/administrators/remove', { name });
