import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { FaceError, toCode } from '../../errors.js';
import { jobGuard, type PhotoJob, type Reply, workerDataGuard } from './messages.js';
import { describePicture } from './picture-header.js';
import { createPipeline, type Pipeline, type RawFaceAnalysis } from './pipeline.js';

/** Only texts and numbers of a detail leave this thread. */
function toRefusal(error: unknown, beganAt: number): Reply {
  const detail = error instanceof FaceError && error.detail !== null ? error.detail : {};
  const plain = Object.entries(detail).filter(
    (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
  );
  const tookMs = performance.now() - beganAt;
  return { outcome: 'refused', code: toCode(error), detail: Object.fromEntries(plain), tookMs };
}

async function answer(pipeline: Pipeline, job: PhotoJob): Promise<Reply> {
  const beganAt = performance.now();
  try {
    switch (job.task) {
      case 'detect':
        return { outcome: 'detected', value: await pipeline.detect(job.photo) };
      case 'describe':
        return { outcome: 'described', ...describePicture(job.photo) };
      case 'examine':
        return { outcome: 'examined', value: await pipeline.examine(job.photo, job.signals, job.choice) };
      case 'examine_again':
        return { outcome: 'examined', value: await pipeline.examineAgain(job.photo, job.signals, job.near) };
    }
  } catch (error) {
    return toRefusal(error, beganAt);
  } finally {
    job.photo.fill(0);
  }
}

const concealedOf = ({ embedding, own, texture, sketch }: RawFaceAnalysis): ArrayBuffer[] =>
  [embedding, texture, sketch, ...own.map((each) => each.embedding)].flatMap((values) =>
    values === null ? [] : [values.buffer],
  );

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const send = (reply: Reply): void => {
    // Arrays are transferred, so that no copy remains in this thread.
    port.postMessage(reply, reply.outcome === 'examined' ? concealedOf(reply.value) : []);
  };
  const { modelsFolder, recognisers, judges, levels } = workerDataGuard.parse(workerData);
  const beganAt = performance.now();
  const pipeline = await createPipeline(modelsFolder, { recognisers, judges, levels }).catch((error: unknown) => {
    send(toRefusal(error, beganAt));
    return null;
  });
  if (pipeline === null) return port.close();

  port.on('message', async (message: unknown) => {
    const job = jobGuard.parse(message);
    if (job.task === 'close') {
      await pipeline.close();
      port.close();
    } else {
      send(await answer(pipeline, job));
    }
  });
  send({ outcome: 'ready', runtime: pipeline.runtime });
}

if (parentPort !== null) await serve(parentPort);
