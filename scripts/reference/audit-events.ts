import { z } from 'zod';
import { auditEvents } from '../../src/app/audit-events.js';
import { fieldsOf, parseSchema, type Schema, toPage, toText, typeOf } from './markdown.js';

const toSchema = (guard: z.ZodType): Schema =>
  parseSchema(z.toJSONSchema(guard, { target: 'draft-2020-12', io: 'output' }));

/** Returns the fields that any variant of an event's detail has, without forbidden fields. */
function listFields(schema: Schema): string {
  const types = new Map<string, Set<string>>();
  for (const { path, schema: field } of fieldsOf(schema)) {
    if ('not' in field) continue;
    types.set(path, (types.get(path) ?? new Set()).add(typeOf(field)));
  }
  return [...types].map(([path, each]) => `\`${path}\` (${[...each].join(' or ')})`).join(', ');
}

export const renderAuditEvents = (): string =>
  toPage(
    'Audit events',
    'Every action that the audit trail records, with the fields of its detail. [The audit trail](../audit.md) explains records, verification and retention.',
    [
      '`by` is the name of an administrator, `tokenId` the public id of a token, `stepUpId` that of a step-up.',
      ...Object.entries(auditEvents.details).flatMap(([action, guard]) => {
        const schema = toSchema(guard);
        const fields = listFields(schema);
        return [`## ${action}`, toText(schema.description ?? ''), fields === '' ? '' : `Fields: ${fields}.`];
      }),
    ],
  );
