import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { refusesEveryone } from '../../core/rules/rule.js';
import { FaceError } from '../../errors.js';
import { type NamedStep, nameSteps, openConnection, wouldRefuseAll } from './open-connection.js';
import type { OperationsPorts } from './operations-context.js';
import { countUsers } from './plan.js';
import { beginRun, isBrokenOff, type Run, type RunLease, type RunPlace, readRun } from './runs.js';
import { applySteps, isDone, pushingSecret, toStepWords } from './steps.js';

const stepGuard = z.object({
  id: z.string(),
  title: z.string(),
  progress: z.enum(['left', 'under_way', 'done', 'failed']),
  applied: z.boolean(),
  /** `null` before the step's turn. */
  state: z.enum(['ready', 'missing', 'different', 'blocked', 'manual', 'failed']).nullable(),
  words: z.array(z.string()),
});

const progressGuard = z.object({
  pushSecrets: z.boolean(),
  /** True if every step is done. */
  isDone: z.boolean(),
  steps: z.array(stepGuard),
});
type Progress = z.output<typeof progressGuard>;

export interface ApplyRun {
  readonly run: Run<Progress>;
  /** `broken_off` means that the server stopped during the run. Start another run to continue. */
  readonly state: 'under_way' | 'done' | 'stopped' | 'broken_off';
}

export interface ApplyRequest {
  readonly connection: string;
  /** Id of the step, or `null` for all. */
  readonly step: string | null;
  readonly pushSecrets: boolean;
  /** If true, the run proceeds even if every user would then be refused. */
  readonly isSure: boolean;
}

const placeOf = (connection: string): RunPlace<Progress> => ({
  key: `connection-apply:${connection}`,
  progress: progressGuard,
});

/** Returns the last run of a connection, or `null`. */
export async function readApply(connection: string, deps: Ports<'state' | 'clock'>): Promise<ApplyRun | null> {
  const run = await readRun(placeOf(connection), deps);
  if (run === null) return null;
  if (run.endedAt !== null) return { run, state: run.progress.isDone ? 'done' : 'stopped' };
  if (!isBrokenOff(run, deps.clock.now())) return { run, state: 'under_way' };
  const steps = run.progress.steps.map((step) =>
    step.progress === 'under_way' ? { ...step, progress: 'left' as const } : step,
  );
  return { run: { ...run, progress: { ...run.progress, steps } }, state: 'broken_off' };
}

/**
 * Starts setting up a connection in the background. The run ends at the first step that fails.
 * @throws `connection_unknown`, `not_found` if there is no such step, `nobody_can_pass`, `run_under_way`,
 * `config_invalid`, `state_unavailable`
 */
export async function startApply(
  request: ApplyRequest,
  by: string,
  deps: OperationsPorts<'state' | 'clock' | 'random' | 'audit' | 'log' | 'background' | 'setup' | 'modes'>,
): Promise<void> {
  const { connection, pushSecrets } = request;
  const opened = await openConnection(connection, deps);
  const all = nameSteps(opened.provisioning.steps);
  const asked = request.step === null ? all : all.filter(({ id }) => id === request.step);
  if (request.step !== null && asked.length === 0) throw new FaceError('not_found');
  const { policy } = opened.connection;
  if (!request.isSure && refusesEveryone(policy) && wouldRefuseAll(await countUsers(opened, deps), policy))
    throw new FaceError('nobody_can_pass');
  const steps = pushSecrets ? asked.map(({ id, step }) => ({ id, step: pushingSecret(step) })) : asked;
  const progress: Progress = {
    pushSecrets,
    isDone: false,
    steps: steps.map(({ id, step: { title } }) => ({
      id,
      title,
      progress: 'left',
      applied: false,
      state: null,
      words: [],
    })),
  };
  const run = await beginRun(placeOf(connection), { by, progress }, deps);
  const about = { connection, subject: '' };
  const detail = { runId: run.id, steps: steps.map(({ id }) => id), pushSecrets, by };
  await deps.audit.append({ action: 'connection_apply_begun', ...about, detail }).catch(async (error: unknown) => {
    await run.end(progress);
    throw error;
  });
  run.work(async () => {
    const ended = await applyInTurn(run, steps, progress, deps);
    const applied = ended.steps.filter((step) => step.applied).map(({ id }) => id);
    const outcome = { runId: run.id, state: ended.isDone ? 'done' : 'stopped', applied, by } as const;
    await deps.audit.append({ action: 'connection_apply_ended', ...about, detail: outcome });
    await run.end(ended);
  });
}

async function applyInTurn(
  run: RunLease<Progress>,
  steps: readonly NamedStep[],
  begun: Progress,
  { log, background }: OperationsPorts<'log' | 'background'>,
): Promise<Progress> {
  let progress = begun;
  const storeSteps = async (id: string, changes: Partial<z.output<typeof stepGuard>>): Promise<void> => {
    const told = progress.steps.map((step) => (step.id === id ? { ...step, ...changes } : step));
    progress = { ...progress, steps: told };
    await run.saveProgress(progress);
  };
  for (const { id, step } of steps) {
    if (background.stopping.aborted) return progress;
    await storeSteps(id, { progress: 'under_way' });
    for await (const { applied, after } of applySteps([step], log)) {
      const isOver = isDone(after);
      const words = toStepWords(after);
      await storeSteps(id, { progress: isOver ? 'done' : 'failed', applied, state: after.state, words });
      if (!isOver) return progress;
    }
  }
  return { ...progress, isDone: true };
}
