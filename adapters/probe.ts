import { z } from 'zod';

/** The body of a call of a hook that asks nothing: no event of any provider. */
export const probeBody = '{"facestep":"probe"}';

const probeGuard = z.strictObject({ facestep: z.literal('probe') });

/** Whether a body is that of a probe. @param body - as it was parsed */
export const isProbe = (body: unknown): boolean => probeGuard.safeParse(body).success;
