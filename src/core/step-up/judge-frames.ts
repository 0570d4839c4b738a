import type { Photo } from '../concealed.js';
import type { CapturedFrame, Keys, LivenessFinding, LivenessJudge, Measurement, Sight } from '../ports.js';
import type { QueueShare } from '../queue-share.js';
import type { DeviceSignals } from './device-signals.js';
import { measureUnlikeEarlier } from './earlier-frames.js';
import { toPoses } from './light-row.js';
import { type MovementRecord, toAsked } from './movement-challenge.js';
import { whoOf } from './record.js';
import type { StepUp, StepUpDeps } from './stored.js';

/** Frames that have been taken from their challenge. */
export interface TakenFrames {
  /** The step-up, taken for this attempt. */
  readonly captured: StepUp;
  /** What order, digests and clock say of them. */
  readonly measured: readonly Measurement[];
  readonly movement: MovementRecord;
  /** In the order in which they were asked for. */
  readonly photos: readonly Photo[];
  /** The row of the pictures. */
  readonly share: QueueShare;
  /** What the page says of the camera. */
  readonly device: DeviceSignals | null;
}

const toFrames = ({ movement, photos }: TakenFrames): readonly CapturedFrame[] =>
  toAsked(movement).flatMap((asked, at) => {
    const photo = photos.at(at);
    return photo === undefined ? [] : [{ ...asked, photo }];
  });

/** The pictures a face is told by, one of each pose. */
export const facesOf = (taken: TakenFrames): readonly Photo[] =>
  toPoses(toFrames(taken)).map(({ shown }) => shown.photo);

/** What the judge, the digests and the clock say together; all of it goes to the audit trail. */
export async function judgeFrames(
  taken: TakenFrames,
  deps: StepUpDeps & { readonly judge: LivenessJudge; readonly sight: Sight; readonly keys: Keys },
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
