import { z } from 'zod';
import type { Json, JsonObject } from './base/json.js';

/*
 * The registry of audit events. Each feature has an `events.ts` with schemas for the `detail` of its records. Fields must
 * stay in their order, because the hash of a record depends on it.
 */

export type AuditDetails = Readonly<Record<string, z.ZodType<{ readonly [field: string]: Json | undefined }>>>;

/** Schemas of all actions. Features declare them here, and `registerEvents` registers them. */
export interface EventDetails extends Readonly<Record<never, never>> {}

/** Schemas for records of this and earlier versions, of actions whose records have changed. */
export interface PastDetails extends Readonly<Record<never, never>> {}

const current: Partial<EventDetails> = {};
const past: Partial<PastDetails> = {};

/** Registers the schemas of a feature. */
export function registerEvents(details: Partial<EventDetails>, pastDetails: Partial<PastDetails> = {}): void {
  Object.assign(current, details);
  Object.assign(past, pastDetails);
}

export const instant = z.iso.datetime();

/** Code of a `FaceError`. Records of earlier versions may have codes that no longer exist. */
export const errorCode = z.string();

/** A field that belongs to another variant of the same action, and is forbidden in this one. */
export const absent = z.never().optional();

export const event = <Fields extends z.core.$ZodLooseShape>(description: string, fields: Fields) =>
  z.object(fields).describe(description);

export type AuditAction = keyof EventDetails;

/** Detail of an action. Fields that are `undefined` are not written. */
export type AuditDetail<Action extends AuditAction> =
  EventDetails[Action] extends z.ZodType<infer Detail> ? Detail : never;

/** Detail in a record of this or an earlier version. Fields that an earlier version did not write are optional. */
export type PastDetail<Action extends AuditAction> = Action extends keyof PastDetails
  ? z.output<PastDetails[Action]>
  : AuditDetail<Action>;

/** Schemas of new records, by action. */
export const detailGuards: { readonly [Action in AuditAction]?: z.ZodType<AuditDetail<Action>> } = current;

export const isAction = (name: string): name is AuditAction => Object.hasOwn(current, name);

/** Schemas of stored records, by action, where they differ from those of new records. */
export const pastGuards: { readonly [Action in keyof PastDetails]?: z.ZodType<PastDetail<Action>> } = past;

/** A record of the audit log. It names users by their id at the provider, and tokens by their public id. */
export type AuditEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: {
    readonly action: Each;
    readonly connection: string;
    readonly subject: string;
    readonly detail: AuditDetail<Each>;
  };
}[Action];

export type RecordOf = {
  readonly time: string;
  readonly action: string;
  readonly detail: JsonObject;
};
