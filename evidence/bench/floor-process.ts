import { z } from 'zod';
import { modelsFolder } from '../../test/paths.js';
import { createFloor } from './floor.js';
import { load } from './measure.js';

/*
 * The floor in a process of its own, started by evidence/bench/ceiling.ts: tells when it is warm, waits for the word, and tells how
 * many it did each second.
 */

const jobGuard = z.object({ photo: z.string(), count: z.int() });

process.once('message', async (message) => {
  const { photo, count } = jobGuard.parse(message);
  const bytes = Buffer.from(photo, 'base64');
  const floor = await createFloor(modelsFolder);
  await load(20, 1, () => floor.verifyOnce(bytes));
  process.send?.('warm');
  process.once('message', async () => {
    const { perSecond } = await load(count, 1, () => floor.verifyOnce(bytes));
    process.send?.(perSecond);
    await floor.close();
    process.disconnect();
  });
});
