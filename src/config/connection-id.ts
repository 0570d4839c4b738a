import { z } from 'zod';

/** Id in URLs (`/hooks/<id>/…`), logs and the audit log. */
export const connectionIdGuard = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens');
