import { open, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { parseJson } from '../../core/base/json.js';
import type { Random } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { createFile, isSystemError, markOf, readPrivateFile, replaceFile } from '../../files/durable-file.js';

/** A JSON file of mode 0600, shared by several processes. */
export interface KeyFile<Content> {
  /** Returns the content. Changes by other processes are noticed, so that a retired key stops working at once. */
  read(): Promise<Content>;
  /**
   * Replaces the content of the file. Concurrent changes run one after the other.
   * @throws `config_invalid` if the file is not writable, or if a stale lock remains
   */
  change<Result>(step: (from: Content) => Promise<Change<Content, Result>> | Change<Content, Result>): Promise<Result>;
}

interface Change<Content, Result> {
  readonly to: Content;
  readonly result: Result;
}

interface KeyFileOptions<Guard extends z.ZodType> {
  readonly file: string;
  readonly setting: string;
  readonly guard: Guard;
  readonly toJson: (content: z.output<Guard>) => object;
  /** Creates the content. If several processes start at once, only one result is stored. */
  readonly make: () => Promise<z.output<Guard>> | z.output<Guard>;
  readonly random: Random;
  readonly onContent?: (content: z.output<Guard>) => void;
}

/** Short waits, because a change takes milliseconds. */
const lockWaitMs = 10;
const lockWaits = 500;

/** Opens a key file. A missing file is created; an existing file is not changed. */
export async function openKeyFile<Guard extends z.ZodType>(
  options: KeyFileOptions<Guard>,
): Promise<KeyFile<z.output<Guard>>> {
  const { file, setting, random } = options;
  const render = (content: z.output<Guard>): string => `${JSON.stringify(options.toJson(content), null, 2)}\n`;
  const invalid = (problem: string, cause?: unknown): FaceError =>
    new FaceError('config_invalid', { setting, problem }, { cause });

  const readContent = async (): Promise<{ readonly mark: string; readonly content: z.output<Guard> } | null> => {
    // Taken before reading, so that the next read notices a concurrent change.
    const mark = await markOf(file);
    const text = await readPrivateFile(file, setting);
    if (text === null) return null;
    const parsed = options.guard.safeParse(parseJson(text));
    if (!parsed.success) throw invalid('not a key file');
    return { mark, content: parsed.data };
  };

  const openOrMake = async (): Promise<{ readonly mark: string; readonly content: z.output<Guard> }> => {
    const existing = await readContent();
    if (existing !== null) return existing;
    await createFile(file, render(await options.make()), random).catch((cause: unknown) => {
      throw invalid('cannot be written', cause);
    });
    const made = await readContent();
    if (made === null) throw invalid('unreadable');
    return made;
  };

  let held = await openOrMake();
  options.onContent?.(held.content);
  let lastChange: Promise<unknown> = Promise.resolve();

  const read = async (): Promise<z.output<Guard>> => {
    try {
      if ((await markOf(file)) === held.mark) return held.content;
      const renewed = await readContent();
      if (renewed === null) throw invalid('gone');
      held = renewed;
      options.onContent?.(held.content);
      return held.content;
    } catch (error) {
      const detail = error instanceof FaceError ? error.detail : { setting, problem: 'unreadable' };
      throw new FaceError('key_service_unavailable', detail, { cause: error });
    }
  };

  return {
    read,
    change(step) {
      const changed = lastChange.then(() =>
        withLock(file, setting, async () => {
          const { to, result } = await step(await read());
          await replaceFile(file, render(to), random).catch((cause: unknown) => {
            throw invalid('cannot be written', cause);
          });
          return result;
        }),
      );
      lastChange = changed.catch(() => undefined);
      return changed;
    },
  };
}

async function withLock<Result>(file: string, setting: string, work: () => Promise<Result>): Promise<Result> {
  const lock = `${file}.lock`;
  for (let waits = 0; !(await takeLock(lock, setting)); waits += 1) {
    if (waits === lockWaits) {
      const problem = `another process is changing the file; if none is, a crash left ${lock}: remove it`;
      throw new FaceError('config_invalid', { setting, problem });
    }
    await delay(lockWaitMs);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string, setting: string): Promise<boolean> {
  try {
    const handle = await open(lock, 'wx', 0o600);
    await handle.close();
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw new FaceError('config_invalid', { setting, problem: 'cannot be written' }, { cause: error });
  }
}
