import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashRaw } from '@node-rs/argon2';
import sharp from 'sharp';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { createPipeline } from '../../src/face/engine/pipeline.js';
import { publishedCost } from '../../src/face/token/derive.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';
import { createClient } from './client.js';
import { load, quantile, residentMiB, round, timeEach } from './measure.js';

async function createFloor(modelsFolder: string) {
  const pipeline = await createPipeline(modelsFolder);
  const { stages } = pipeline;
  const salt = randomBytes(16);
  const message = randomBytes(10);
  const options = { salt, outputLen: 32, memoryCost: publishedCost.memoryKiB, timeCost: publishedCost.passes };
  return {
    /** Decodes, detects, aligns and embeds a face, then runs Argon2id once. */
    async verifyOnce(photo: Uint8Array): Promise<void> {
      const header = await stages.readHeader(photo);
      const picture = await stages.decode(photo, header, 1, null);
      const [face] = await stages.detect(picture, 'sure');
      if (face === undefined) throw new Error('the photo of the benchmark shows no face');
      const landmarks = await stages.findLandmarks(picture, face.box);
      await stages.embed(picture, stages.align(landmarks));
      await hashRaw(message, { ...options, parallelism: 1 });
    },
    close: () => pipeline.close(),
  };
}

/** @returns checks per second of one process per core that only computes, without a server */
async function measureCeiling(photo: Uint8Array, count: number): Promise<number> {
  const start = async (): Promise<ChildProcess> => {
    const child = fork(fileURLToPath(import.meta.url), ['compute'], { serialization: 'advanced' });
    child.send({ photo, count });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
    return child;
  };
  const children = await Promise.all(Array.from({ length: availableParallelism() }, start));
  const from = performance.now();
  const done = children.map((child) => once(child, 'exit'));
  for (const child of children) child.send('go');
  for (const [code] of await Promise.all(done))
    if (code !== 0) throw new Error('a process that computes has ended early');
  return (children.length * count * 1000) / (performance.now() - from);
}

async function compute(): Promise<void> {
  const [given]: unknown[] = await once(process, 'message');
  const { photo, count } = z.object({ photo: z.instanceof(Uint8Array), count: z.number() }).parse(given);
  const floor = await createFloor(modelsFolder);
  await timeEach(3, () => floor.verifyOnce(photo));
  process.send?.('ready');
  await once(process, 'message');
  await timeEach(count, () => floor.verifyOnce(photo));
  process.exit();
}

if (process.argv[2] === 'compute') await compute();

export async function benchVerify(requests: number) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const adminKey = randomBytes(24).toString('base64url');
  process.chdir(projectRoot);
  const readyTimes: number[] = [];
  const startTimed = async () => {
    const from = performance.now();
    const data = join(folder, String(readyTimes.length));
    const started = await startService({ PORT: '0', FACESTEP_DATA: data, FACESTEP_ADMIN_KEY: adminKey });
    readyTimes.push(performance.now() - from);
    return started;
  };
  for (let index = 0; index < 2; index++) await (await startTimed()).stop();
  const service = await startTimed();

  const { person } = await loadPictures();
  const live = await sharp(person[1]).resize(250, 250, { fit: 'cover', position: 'top' }).jpeg().toBuffer();
  const floor = await createFloor(modelsFolder);
  const client = await createClient(service.url, adminKey, { enrolled: person[0], live }, 8);
  const pid = service.process.pid ?? 0;

  const block = Math.ceil(requests / 40);
  await timeEach(block, () => floor.verifyOnce(live));
  await timeEach(block, () => client.authenticate());
  const floorTimes: number[] = [];
  const httpTimes: number[] = [];
  for (let done = 0; done < requests / 2; done += block) {
    floorTimes.push(...(await timeEach(block, () => floor.verifyOnce(live))));
    httpTimes.push(...(await timeEach(block, () => client.authenticate())));
  }
  const floorMs = quantile(floorTimes);
  const httpMs = quantile(httpTimes);

  const { perSecond, times } = await load(Math.ceil(requests / 5), 8, () => client.authenticate());
  const sent = httpTimes.length + block + times.length;
  const ceilingPerSecond = await measureCeiling(live, 4 * block);
  await load(Math.max(0, requests - sent), 4, () => client.authenticate());
  const rssMiB = residentMiB(pid);
  await load(requests, 4, () => client.authenticate());
  const rssGrowthMiB = residentMiB(pid) - rssMiB;

  await client.close();
  await service.stop();
  await floor.close();
  await rm(folder, { recursive: true });
  const { width, height } = await sharp(live).metadata();
  return {
    node: process.version,
    cores: availableParallelism(),
    photo: { widthPx: width, heightPx: height, bytes: live.length },
    // Median milliseconds of the bare verification without a server (`floorMs`), and of an HTTP request.
    verify: { floorMs: round(floorMs), httpMs: round(httpMs), ratio: round(httpMs / floorMs, 3) },
    // With eight concurrent requests, also relative to one core without a server.
    throughput: { perSecond: round(perSecond), timesFloor: round((perSecond * floorMs) / 1000) },
    // Share that eight concurrent requests reach of one process per core that only computes.
    ceiling: { reached: round(perSecond / ceilingPerSecond, 3) },
    // Memory after the first thousand requests, and its growth during the next thousand.
    rssMiB: round(rssMiB, 1),
    rssGrowthMiB: round(rssGrowthMiB, 1),
    // From process start until `/readyz` returns 200; median of three.
    readyMs: Math.round(quantile(readyTimes)),
  };
}
