import { z } from 'zod';
import type { ConnectionGuards } from '../config/connection.js';
import { createConfigGuard } from '../config/schema.js';
import { toSettingsSchema } from '../config/settings-schema.js';
import type { JsonObject } from '../core/base/json.js';
import { FaceError } from '../errors.js';
import { type EditableSection, editableSections } from './replies.js';
import { serverSettings, toSetting } from './sections.js';

/**
 * Describes the sections of a kind of connection, or those of no connection, as JSON Schemas.
 * @throws `not_found` for an unknown kind
 */
export function describeSections(
  kind: string | undefined,
  guards: ConnectionGuards,
): Partial<Record<EditableSection, JsonObject>> {
  if (kind === undefined) {
    const { shape } = createConfigGuard(guards);
    const server = Object.fromEntries(serverSettings.map((name) => [name, shape[name]]));
    return { server: toSettingsSchema(z.strictObject(server)) };
  }
  const guard = guards.find(({ shape }) => shape.kind.value === kind);
  if (guard === undefined) throw new FaceError('not_found');
  const described = editableSections.flatMap((section) => {
    const settings = guard.shape[toSetting(section, { kind })];
    return settings === undefined ? [] : [[section, toSettingsSchema(settings)] as const];
  });
  return Object.fromEntries(described);
}
