import { z } from 'zod';

/** What outsiders are to do. */
export const jobGuard = z.object({
  /** The server, and what browsers know it as. */
  serverUrl: z.string(),
  publicUrl: z.string(),
  /** The authorization request of the n-th, with `{n}` in its place. */
  request: z.string(),
  count: z.int(),
  perSecond: z.number(),
  /** How many addresses they come from, as a proxy tells it. */
  addresses: z.int(),
  /** Whether they keep cookies and go where they are sent. */
  comeBack: z.boolean(),
});

export type Job = z.output<typeof jobGuard>;

/** Where each of them came to, and in which time. */
export const endsGuard = z.object({ ends: z.record(z.string(), z.int()), seconds: z.number() });

export type Ends = z.output<typeof endsGuard>;
