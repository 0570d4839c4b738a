import { Worker } from 'node:worker_threads';
import { toCode } from '../../errors.js';
import { type Job, type PresenceSetup, type Reply, requestBounds, requestGuard, type WorkerData } from './messages.js';
import { createPictureDecryption } from './picture-decryption.js';
import { decodeMessage, encodeMessage, readMessages, writeMessage } from './pipe-messages.js';
import { createLevelTable, type LevelTable, loadRuntime } from './runtime.js';

/*
 * The process that parses pictures. It has no environment, configuration, key or name of a person, and is told only what
 * it must measure. The capture page encrypts pictures to its key, which the server never has. It ends when the server
 * closes its input.
 */

/*
 * Decoded pixels are freed only by garbage collection, which rarely runs in a worker. With V8's default, each worker
 * would hold 90 MB more.
 */
const nurseryMb = 4;

const workers = new Map<number, Worker>();
let levels: LevelTable | null = null;

const answer = (slot: number, reply: object): void => writeMessage(process.stdout, encodeMessage({ slot, reply }));

function open(slot: number, { models, ...setup }: PresenceSetup): void {
  levels ??= createLevelTable(models);
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { ...setup, levels } satisfies WorkerData,
    resourceLimits: { maxYoungGenerationSizeMb: nurseryMb },
  });
  workers.set(slot, worker);
  worker.on('message', (reply: object) => answer(slot, reply));
  // The exit follows.
  worker.on('error', () => {});
  worker.on('exit', () => {
    workers.delete(slot);
    answer(slot, { outcome: 'gone' });
  });
}

const decryption = createPictureDecryption();

const refuse = (error: unknown): Reply => ({ outcome: 'refused', code: toCode(error), detail: null, tookMs: 0 });

const probe = (): Promise<Reply> =>
  loadRuntime().then(({ name, standsInBecause }) => ({ outcome: 'ready', runtime: { name, standsInBecause } }), refuse);

async function passToWorker(slot: number, job: Job): Promise<void> {
  const worker = workers.get(slot);
  if (job.task === 'close') worker?.postMessage(job);
  else
    try {
      const photo = await (await decryption).decrypt(job);
      worker?.postMessage({ ...job, photo }, [photo.buffer]);
    } catch (error) {
      answer(slot, refuse(error));
    }
}

try {
  for await (const message of readMessages(process.stdin, requestBounds)) {
    const { slot, job } = requestGuard.parse(decodeMessage(message));
    if (job.task === 'open') open(slot, job.setup);
    else if (job.task === 'probe') answer(slot, await probe());
    else if (job.task === 'tell_key') answer(slot, { outcome: 'key', publicKey: (await decryption).publicKey });
    else await passToWorker(slot, job);
  }
} finally {
  // The model runtime would abort if a worker ended during a run, and a core file may contain photos.
  process.kill(process.pid, 'SIGKILL');
}
