import { z } from 'zod';

export const jobGuard = z.object({
  serverUrl: z.string(),
  publicUrl: z.string(),
  /** URL of an authorization request. `{n}` is replaced by the number of the caller. */
  request: z.string(),
  count: z.int(),
  perSecond: z.number(),
  addresses: z.int(),
  /** True if the callers store cookies and follow redirects. */
  comeBack: z.boolean(),
});

export type Job = z.output<typeof jobGuard>;

export const endsGuard = z.object({ ends: z.record(z.string(), z.int()), seconds: z.number() });

export type Ends = z.output<typeof endsGuard>;
