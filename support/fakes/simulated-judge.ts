import { type CapturedLook, type LivenessJudge, livenessBoundary } from '../../src/core/ports.js';
import { type Engine, examineOnce } from '../../src/face/engine/engine.js';
import { testShare } from '../data/share.js';
import { createSimulatedEngine } from './simulated-engine.js';

/**
 * Creates a liveness judge for pictures of the simulated engine (`face <person> <shot> <liveness>`). A shot named after
 * a movement shows only that movement.
 */
export function createSimulatedJudge(engine: Engine = createSimulatedEngine()): LivenessJudge {
  return {
    async judge({ frames, looks }) {
      const look = async ({ photo, movement }: CapturedLook) => {
        const [, , shot = ''] = photo.use((bytes) => Buffer.from(bytes).toString()).split(' ');
        const { liveness, embedding } = await examineOnce(engine, photo, ['liveness'], testShare);
        embedding?.wipe();
        const [shown = ''] = shot.split(':');
        return { liveness: liveness ?? 0, follows: !/[a-z]/.test(shown) || shown === movement };
      };
      const seen = [...(await Promise.all(frames.map(look))), ...(await Promise.all(looks.map(look)))];
      const liveness = Math.min(...seen.map((each) => each.liveness));
      const following = seen.filter(({ follows }) => follows).length;
      const measurements = [
        { name: 'passive', value: liveness, unit: 'probability', atLeast: livenessBoundary, atMost: null },
        { name: 'following', value: following, unit: 'count', atLeast: seen.length, atMost: null },
      ].map((each) => ({ ...each, pass: each.value >= each.atLeast }));
      const reasons = measurements.filter(({ pass }) => !pass).map(({ name }) => name);
      const presence = frames.some(({ light }) => light !== null) ? 'simulated-light' : 'simulated';
      return { presence, pass: reasons.length === 0, reasons, measurements, liveness, hint: null };
    },
  };
}
