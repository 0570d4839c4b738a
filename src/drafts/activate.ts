import { readFile } from 'node:fs/promises';
import type { OperationsPorts, Reloaded } from '../admin/operations/operations-context.js';
import type { Setup } from '../connections/setup.js';
import type { Ports } from '../core/deps.js';
import { releaseLease, takeLease } from '../core/lease.js';
import { sleep } from '../core/resilience.js';
import { toIso } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { digestOfText, writeBack, writeVersion } from './file-versions.js';

/** @throws `configuration_read_only` without `configurationFolder` */
export function requireFolder({ setup }: OperationsPorts<'setup'>): string {
  const { configurationFolder } = setup().config;
  if (configurationFolder === null) throw new FaceError('configuration_read_only');
  return configurationFolder;
}

/** Held by the server that changes the file or the folder of versions. */
export const writing = { key: 'configuration-writing', lifeSec: 30 };

interface Activation {
  readonly by: string;
  readonly reason: string;
  readonly changed: readonly string[];
}

/**
 * Writes a new version of the file, and activates it on this server. The others follow within seconds.
 * @param confirm - called when no other administrator can write. Throws if the request is outdated
 */
export async function activate(
  { path, text: former }: { readonly path: string; readonly text: string },
  text: string,
  { by, reason, changed }: Activation,
  confirm: () => Promise<void>,
  {
    operations,
    reload,
  }: {
    readonly operations: OperationsPorts<'setup' | 'modes' | 'audit' | 'clock' | 'random' | 'state'>;
    readonly reload: (by: string) => Promise<Pick<Reloaded, 'code' | 'problems'>>;
  },
): Promise<void> {
  const { audit, clock, random } = operations;
  const { connections } = operations.setup();
  const version = { path, folder: requireFolder(operations), former, text };
  const digest = digestOfText(text);
  const holder = Buffer.from(random(16)).toString('base64url');
  await takeWriting(holder, operations);
  try {
    await confirm();
    // Of two owners who activate at the same time, one has to look again.
    if ((await readFile(path, 'utf8')) !== former) throw new FaceError('draft_outdated');
    const detail = { digest, former: digestOfText(former), changed: [...changed], reason, by };
    await audit.append({ action: 'configuration_written', connection: '', subject: '', detail });
    try {
      await writeVersion(version, { at: toIso(clock.now()), by, reason }, random);
      const { code, problems } = await reload(by);
      if (code !== null) throw new FaceError(code, { problems: problems.map((each) => ({ ...each })) });
      await recordModes(connections, by, operations);
    } catch (error) {
      await writeBack(version, random);
      const failed = { digest, code: toCode(error), by };
      await audit.append({ action: 'configuration_not_written', connection: '', subject: '', detail: failed });
      await reload(by);
      throw error;
    }
  } finally {
    await releaseLease(writing, holder, operations);
  }
}

const longestWaitMs = 10_000;
const waitMs = 200;

/** Waits while a server writes, such as one that removes versions with former secrets. @throws `draft_changed` */
async function takeWriting(holder: string, deps: Ports<'state' | 'clock'>): Promise<void> {
  for (let waitedMs = 0; !(await takeLease(writing, holder, deps)); waitedMs += waitMs) {
    if (waitedMs > longestWaitMs) throw new FaceError('draft_changed');
    await sleep(waitMs);
  }
}

/** Records which connections have another mode now, as a manual switch does, so that webhooks report it. */
async function recordModes(
  former: Setup['connections'],
  by: string,
  { setup, modes, audit }: OperationsPorts<'setup' | 'modes' | 'audit'>,
): Promise<void> {
  for (const { id, policy } of setup().connections) {
    const before = former.find((each) => each.id === id);
    // A manual switch overrides the file.
    if (before === undefined || before.policy.mode === policy.mode || modes().has(id)) continue;
    const detail = { mode: policy.mode, file: policy.mode, by };
    await audit.append({ action: 'connection_mode_switched', connection: id, subject: '', detail });
  }
}
