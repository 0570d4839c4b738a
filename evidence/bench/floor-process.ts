import { z } from 'zod';
import { modelsFolder } from '../../test/paths.js';
import { createFloor } from './floor.js';
import { load } from './measure.js';

/* Runs verifications without a server, and reports verifications per second. */

const jobGuard = z.object({ photo: z.custom<Uint8Array>((value) => value instanceof Uint8Array), count: z.int() });

const floor = await createFloor(modelsFolder);

process.on('message', async (message) => {
  const { photo, count } = jobGuard.parse(message);
  const { perSecond } = await load(count, 1, () => floor.verifyOnce(photo));
  process.send?.(perSecond);
});
process.on('disconnect', () => process.exit());
