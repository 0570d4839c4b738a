import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { plain, twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { testShare } from '../../../support/data/share.js';
import { drawModel } from '../../../support/fakes/onnx.js';
import { until } from '../../../support/run/eventually.js';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../../support/run/paths.js';
import { Photo } from '../../core/secrets.js';
import { FaceError, toCode } from '../../errors.js';
import { presets, type Recogniser } from './embed.js';
import { models } from './manifest.js';
import { createEnginePool, type EnginePool } from './pool.js';

const portrait = await twicePhotographed(1);

const toPhoto = (): Photo => new Photo(Uint8Array.from(portrait));
const isWiped = (photo: Photo): boolean => photo.use((bytes) => bytes.every((byte) => byte === 0));
const refusalOf = (work: Promise<unknown>): Promise<FaceError> =>
  work.then(
    () => {
      throw new Error('was not refused');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(FaceError);
      return error as FaceError;
    },
  );

test('anonymous jobs leave one worker free for known callers, except in a pool of one worker', async () => {
  const anonymous = (at: number) => ({ class: 'anonymous', source: `192.0.2.${at}` }) as const;
  for (const [workers, busy] of [
    [1, 1],
    [2, 1],
    [3, 2],
  ] as const) {
    const pool = await createEnginePool({ modelsFolder, workers, queueLimit: 10 });
    const flood = [0, 1, 2, 3, 4].map((at) => pool.examine(toPhoto(), ['embedding'], anonymous(at)));
    expect(pool.load()).toMatchObject({ busy, waiting: 5 - busy });
    const known = pool.examine(toPhoto(), ['embedding'], testShare);
    expect(pool.load().busy).toBe(workers);
    await Promise.all([...flood, known]);
    expect(pool.load()).toMatchObject({ busy: 0, waiting: 0 });
    await pool.close();
  }
});

describe('a pool of one worker and a queue of two', () => {
  let pool: EnginePool;
  beforeEach(async () => {
    pool = await createEnginePool({ modelsFolder, workers: 1, queueLimit: 2 });
  });
  afterEach(() => pool.close());
  test('examines a photo and does not wipe the caller’s copy', async () => {
    const photo = toPhoto();
    const { embedding, face } = await pool.examine(photo, ['embedding'], testShare);
    expect(embedding!.use((values) => values.length)).toBe(512);
    expect(face.confidence).toBeGreaterThan(0.9);
    expect(isWiped(photo)).toBe(false);
    const other = toPhoto();
    expect((await pool.detect(other, testShare)).faces).toHaveLength(1);
    expect(isWiped(other)).toBe(false);
    expect(pool.load()).toEqual({ waiting: 0, busy: 0, examinations: 1 });
  });

  test('runs one job, queues two, refuses the fourth at once, and answers the other three', async () => {
    const photos = [toPhoto(), toPhoto(), toPhoto(), toPhoto()];
    const jobs = photos.map((photo) => pool.examine(photo, ['embedding'], testShare));
    const error = await refusalOf(jobs[3]!);
    expect(error.code).toBe('overloaded');
    expect(error.detail).toEqual({ retryAfterSec: 1 });
    const answers = await Promise.all(jobs.slice(0, 3));
    expect(answers.every(({ embedding }) => embedding !== null)).toBe(true);
    expect(photos.some(isWiped)).toBe(false);
    await pool.examine(toPhoto(), [], testShare);
  });

  test('a refused photo reports its cost, and the rest of its series is refused without decoding', async () => {
    const wall = await plain(20, 30).png().toBuffer();
    const told: [FaceError, number][] = [];
    const row = {
      get refusal() {
        return told[0]?.[0] ?? null;
      },
      onRefused: (...given: [FaceError, number]) => void told.push(given),
    };
    const look = () => refusalOf(pool.examine(new Photo(Uint8Array.from(wall)), [], { ...testShare, row }));
    const errors = await Promise.all([look(), look(), look()]);
    errors.push(await look());
    expect(told).toEqual([[errors[0], expect.any(Number)]]);
    expect(new Set(errors)).toEqual(new Set([errors[0]]));
    expect(pool.load()).toEqual({ waiting: 0, busy: 0, examinations: 1 });
    await pool.examine(toPhoto(), [], testShare);
  });

  test('a process that dies fails only the jobs that it has, and is replaced; queued jobs are still answered', async () => {
    const { pid } = await pool.inspect();
    const photo = toPhoto();
    const lost = pool.examine(photo, ['embedding'], testShare);
    const waited = pool.examine(toPhoto(), ['embedding'], testShare);
    process.kill(pid, 'SIGSEGV');
    expect((await refusalOf(lost)).code).toBe('overloaded');
    expect(isWiped(photo)).toBe(false);
    expect((await waited).embedding).not.toBeNull();
    expect(pool.isReady()).toBe(true);
    expect((await pool.inspect()).pid).not.toBe(pid);
  });

  test('closing the pool waits for accepted jobs and refuses new jobs', async () => {
    const taken = pool.examine(toPhoto(), ['embedding'], testShare);
    const closed = pool.close();
    expect(pool.isReady()).toBe(false);
    expect((await refusalOf(pool.examine(toPhoto(), [], testShare))).code).toBe('overloaded');
    expect((await taken).embedding).not.toBeNull();
    await closed;
  });
});

describe('custom recognition models', () => {
  const folder = createFolder('recognisers');
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  function toRecogniser(file: Uint8Array, tensors: { input: string; output: string; numbers: number }): Recogniser {
    const sha256 = digestOf(file);
    writeFileSync(join(folder, `${sha256}.onnx`), file);
    const model = { file: `${sha256}.onnx`, sha256, bytes: file.length, ...tensors };
    return { id: digestOf(Buffer.from(`id of ${sha256}`)), folder, model, preprocess: presets.facestep };
  }
  const drawn = { input: 'face', output: 'numbers', numbers: 257 };
  const ours = () => {
    const tensors = { input: 'input', output: 'output', numbers: 512 };
    return toRecogniser(readFileSync(join(modelsFolder, models.embed.file)), tensors);
  };
  const tiny = () => toRecogniser(drawModel({ isBatched: true }), drawn);
  const startWith = (...recognisers: Recogniser[]) =>
    createEnginePool({ modelsFolder, recognisers, workers: 1, queueLimit: 2 });

  test('embed each face in addition to the built-in model, and shorter embeddings are padded with zeros', async () => {
    const recognisers = [ours(), tiny()];
    const pool = await startWith(...recognisers);
    const { embedding, magnitude, own } = await pool.examine(toPhoto(), ['embedding'], testShare);
    expect(own.map(({ recogniser }) => recogniser)).toEqual(recognisers.map(({ id }) => id));
    const [copy, small] = own.map((each) => each.embedding.use((values) => Array.from(values)));
    const original = embedding!.use((values) => Array.from(values));
    const differences = original.map((value, at) => Math.abs(value - copy![at]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    expect(own[0]!.magnitude).toBeCloseTo(magnitude!, 4);
    expect(small).toHaveLength(512);
    expect(small!.slice(257).every((value) => value === 0)).toBe(true);
    expect(Math.hypot(...small!)).toBeCloseTo(1, 5);
    expect((await pool.examine(toPhoto(), ['magnitude'], testShare)).own).toEqual([]);
    await pool.close();
  });

  test('prevent the start if a model file is altered or missing', async () => {
    const recogniser = tiny();
    const file = join(folder, recogniser.model.file);
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(file, bytes);
    expect((await refusalOf(startWith(recogniser))).code).toBe('model_altered');
    rmSync(file);
    expect((await refusalOf(startWith(recogniser))).code).toBe('model_missing');
  });

  test('fail only the photo for which their output is not a number', async () => {
    const pool = await startWith(toRecogniser(drawModel({ gives: 'nan' }), drawn));
    expect((await refusalOf(pool.examine(toPhoto(), ['embedding'], testShare))).code).toBe('internal');
    expect((await pool.detect(toPhoto(), testShare)).faces).toHaveLength(1);
    await pool.close();
  });
});

describe('built-in model files', () => {
  let folder: string;
  beforeEach(() => {
    folder = createFolder('models');
    cpSync(modelsFolder, folder, { recursive: true });
  });

  const start = () => createEnginePool({ modelsFolder: folder, workers: 2, queueLimit: 1 });

  test('prevent the start if one is missing or altered, and the error names the file', async () => {
    const { file } = models.eyes;
    const { file: altered, bytes } = models.pose;
    rmSync(join(folder, file));
    expect(await refusalOf(start())).toMatchObject({ code: 'model_missing', detail: { file, folder } });
    cpSync(join(modelsFolder, file), join(folder, file));
    writeFileSync(join(folder, altered), Buffer.alloc(bytes));
    expect(await refusalOf(start())).toMatchObject({ code: 'model_altered', detail: { file: altered, folder } });
  });

  test('a pool whose last worker cannot be restarted is not ready and refuses jobs until a worker starts', async () => {
    const pool = await createEnginePool({ modelsFolder: folder, workers: 1, queueLimit: 5 });
    renameSync(join(folder, models.eyes.file), join(folder, 'away'));
    process.kill((await pool.inspect()).pid, 'SIGKILL');
    await until(() => !pool.isReady());
    expect(await pool.examine(toPhoto(), [], testShare).then(() => null, toCode)).toBe('overloaded');
    expect(pool.isReady()).toBe(false);
    renameSync(join(folder, 'away'), join(folder, models.eyes.file));
    await until(() => pool.isReady());
    expect((await pool.detect(toPhoto(), testShare)).faces).toHaveLength(1);
    await pool.close();
  });
});

test('a process that exits while the models load ends with its own status', async () => {
  const pool = JSON.stringify(join(projectRoot, 'dist/src/face/engine/pool.js'));
  const options = JSON.stringify({ modelsFolder, workers: 2, queueLimit: 1 });
  for (const waitMs of [0, 100, 300]) {
    const program = join(createFolder('pool-exit'), 'exit.mjs');
    writeFileSync(
      program,
      `import { createEnginePool } from ${pool};
      void createEnginePool(${options});
      setTimeout(() => process.exit(3), ${waitMs});`,
    );
    const { status, signal } = spawnSync(process.execPath, [program]);
    expect({ status, signal }).toEqual({ status: 3, signal: null });
  }
});
