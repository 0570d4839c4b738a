import { z } from 'zod';

/** Who holds the keys that seal tokens and sign statements. */
export const keysGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local'),
    /** Folder of the key files; `null` is the data folder. Several servers share one. */
    folder: z.string().min(1).max(4096).nullable().default(null),
  }),
]);

export type KeysConfig = z.output<typeof keysGuard>;
