import { toIso } from '../../core/units.js';
import type { Application } from '../applications.js';
import type { ApplicationRequest } from './request.js';

export function toRequestReply(request: ApplicationRequest) {
  const { id, state, developer, by, application, isChange, wish, termsVersion, messages, isFulfilled } = request;
  return {
    ...{ id, state, developer, by, application, isChange, termsVersion, isFulfilled },
    ...{ ...wish, scopes: [...wish.scopes], redirectUris: [...wish.redirectUris] },
    messages: messages.map(({ at, from, by: who, text }) => ({ time: toIso(at), from, by: who, text })),
    keyHandedOver: request.isKeyHandedOver,
    createdAt: toIso(request.createdAt),
    changedAt: toIso(request.changedAt),
  };
}

export function toApplicationReply(application: Application) {
  const { id, name, tenant, scopes, perMinute, perDay, contact, owners, createdAt, changedAt } = application;
  const times = { createdAt: toIso(createdAt), changedAt: toIso(changedAt) };
  return { id, name, tenant, scopes: [...scopes], perMinute, perDay, contact, owners: [...owners], ...times };
}
