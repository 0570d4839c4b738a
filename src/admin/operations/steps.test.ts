import { describe, expect, test } from '@jest/globals';
import { createTextLog } from '../../../support/fakes/sinks.js';
import type { ProvisionStep, StepStatus } from '../../connections/provisioning.js';
import { FaceError } from '../../errors.js';
import { applySteps, type StepResult } from './steps.js';

const ready = { state: 'ready' } as const;
const missing = { state: 'missing', changes: ['make it'] } as const;
const blocked = { state: 'blocked', reason: 'in the way', remedy: 'move it' } as const;
const manual = { state: 'manual', instructions: ['click'] } as const;

/** A provider with one switch a step: what stands there, and what stands there once it was applied. */
function createSteps(...standings: readonly { now: StepStatus; later?: StepStatus; refuses?: Error }[]) {
  const calls: string[] = [];
  const steps: ProvisionStep[] = standings.map(({ now, later = ready, refuses }, index) => {
    let standing = now;
    return {
      title: `step ${index}`,
      byHand: [],
      async inspect() {
        calls.push(`inspect ${index}`);
        return standing;
      },
      async apply() {
        calls.push(`apply ${index}`);
        if (refuses !== undefined) throw refuses;
        standing = later;
      },
    };
  });
  return { steps, calls };
}

async function collect(results: AsyncIterable<StepResult>): Promise<string[]> {
  const collected: string[] = [];
  for await (const { before, applied, after } of results) {
    collected.push(`${before.state}${applied ? ' applied' : ''} ${after.state}`);
  }
  return collected;
}

describe('applying', () => {
  test('applies missing and different steps in order and verifies them', async () => {
    const different = { state: 'different', changes: ['fix it'] } as const;
    const { steps, calls } = createSteps({ now: missing }, { now: ready }, { now: different }, { now: manual });
    expect(await collect(applySteps(steps, createTextLog()))).toEqual([
      'missing applied ready',
      'ready ready',
      'different applied ready',
      'manual manual',
    ]);
    expect(calls.join()).toBe('inspect 0,apply 0,inspect 0,inspect 1,inspect 2,apply 2,inspect 2,inspect 3');
  });

  test.each([
    ['is blocked', { now: blocked }, 'blocked blocked'],
    ['is refused', { now: missing, refuses: new FaceError('provider_refused') }, 'missing applied failed'],
    ['is still missing', { now: missing, later: missing }, 'missing applied missing'],
  ])('stops at a step that %s', async (_name, standing, told) => {
    const { steps, calls } = createSteps({ now: ready }, standing, { now: missing });
    expect(await collect(applySteps(steps, createTextLog()))).toEqual(['ready ready', told]);
    expect(calls).not.toContain('inspect 2');
  });

  test('reports no text that a library threw', async () => {
    const log = createTextLog();
    const { steps } = createSteps({ now: missing, refuses: new Error('canary at https://org.example/?token=canary') });
    const results: StepResult[] = [];
    for await (const result of applySteps(steps, log)) results.push(result);
    expect(results.at(-1)?.after).toMatchObject({ state: 'failed', code: 'internal', detail: null });
    expect(JSON.stringify(results) + log.text()).not.toContain('canary');
  });
});
