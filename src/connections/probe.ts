import { z } from 'zod';

export const probeBody = '{"facestep":"probe"}';

const probeGuard = z.strictObject({ facestep: z.literal('probe') });

export const isProbe = (body: unknown): boolean => probeGuard.safeParse(body).success;
