import { z } from 'zod';

export const measurementGuard = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  atLeast: z.number().nullable(),
  atMost: z.number().nullable(),
  pass: z.boolean(),
});
export type Measurement = Readonly<z.infer<typeof measurementGuard>>;
