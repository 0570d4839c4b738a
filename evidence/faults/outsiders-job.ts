import { z } from 'zod';

export const jobGuard = z.object({
  serverUrl: z.string(),
  publicUrl: z.string(),
  /** Authorization request of the n-th caller, with a placeholder `{n}`. */
  request: z.string(),
  count: z.int(),
  perSecond: z.number(),
  addresses: z.int(),
  /** True if they store cookies and follow redirects. */
  comeBack: z.boolean(),
});

export type Job = z.output<typeof jobGuard>;

/** Results and total duration. */
export const endsGuard = z.object({ ends: z.record(z.string(), z.int()), seconds: z.number() });

export type Ends = z.output<typeof endsGuard>;
