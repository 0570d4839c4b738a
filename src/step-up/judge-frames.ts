import type { Photo } from '../core/concealed.js';
import type { Ports } from '../core/deps.js';
import type { DeviceSignals } from '../core/device-signals.js';
import type { CapturedFrame, LivenessFinding, Measurement } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import { measureUnlikeEarlier } from './earlier-frames.js';
import { type MovementRecord, toAsked, toPoses } from './movement-challenge.js';
import { whoOf } from './record.js';
import type { StepUp } from './stored.js';

export interface TakenFrames {
  readonly captured: StepUp;
  readonly measured: readonly Measurement[];
  readonly movement: MovementRecord;
  readonly photos: readonly Photo[];
  readonly share: QueueShare;
  readonly device: DeviceSignals | null;
}

const toFrames = ({ movement, photos }: TakenFrames): readonly CapturedFrame[] =>
  toAsked(movement).flatMap((asked, at) => {
    const photo = photos.at(at);
    return photo === undefined ? [] : [{ ...asked, photo }];
  });

export const facesOf = (taken: TakenFrames): readonly Photo[] =>
  toPoses(toFrames(taken)).map(({ shown }) => shown.photo);

/** Combines the findings of judge, frame digests and timing. All are recorded in the audit log. */
export async function judgeFrames(
  taken: TakenFrames,
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'judge' | 'sight'>,
): Promise<LivenessFinding> {
  const { captured, measured, movement, device } = taken;
  const { judge, audit } = deps;
  const [found, unlike] = await Promise.all([
    judge.judge(toFrames(taken), taken.share),
    measureUnlikeEarlier(captured.record, facesOf(taken), deps),
  ]);
  const told = unlike === null ? measured : [...measured, unlike];
  const missed = told.filter(({ pass }) => !pass).map(({ name }) => name);
  const measurements = [...told, ...found.measurements];
  const reasons = [...missed, ...found.reasons];
  const pass = found.pass && missed.length === 0;
  const detail = {
    stepUpId: captured.id,
    judge: found.presence,
    pass,
    reasons,
    asked: movement.asked,
    signals: measurements.map((measurement) => ({ ...measurement })),
    device: device ?? undefined,
  };
  await audit.append({ action: 'liveness_judged', ...whoOf(captured.record), detail });
  return { ...found, pass, reasons, measurements };
}
