import { z } from 'zod';
import type { JsonObject } from '../core/base/json.js';

const jsonObjectGuard = z.record(z.string(), z.json());

/**
 * Describes settings by the JSON Schema of their guard. `writeOnly` marks a secret, and `secretPrefix` one that this
 * server may generate. `directory` marks a name at the provider.
 */
export const toSettingsSchema = (guard: z.ZodType): JsonObject =>
  jsonObjectGuard.parse(
    z.toJSONSchema(guard, {
      target: 'draft-2020-12',
      io: 'input',
      // zod leaves out the default of a value that it transforms, such as a secret.
      override: ({ zodSchema: { _zod }, jsonSchema }) => {
        if (_zod.def.type === 'default') jsonSchema.default = _zod.def.defaultValue;
        // zod joins the types of a value that may be `null` and has no other limits.
        if (Array.isArray(jsonSchema.type)) {
          jsonSchema.anyOf = jsonSchema.type.map((type) => ({ type }));
          delete jsonSchema.type;
        }
      },
    }),
  );
