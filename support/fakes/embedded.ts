import { randomBytes } from 'node:crypto';
import type { AnalysisCache, Keys, Verifier } from '../../src/core/ports.js';
import { createAnalysisCache, type Engine } from '../../src/face/engine/engine.js';
import { heldSignals } from '../../src/face/liveness/signals.js';
import { createEmbeddedVerifier } from '../../src/face/verifier/embedded.js';
import { parameters } from '../data/parameters.js';
import { createKeysInMemory } from './keys.js';
import { createSimulatedEngine } from './simulated-engine.js';
import { systemRandom } from './sinks.js';
import { cheapStretch } from './stretch.js';

/** Creates the real embedded verifier, by default over an engine without models. */
export function createTestVerifier(
  engine: Engine = createSimulatedEngine(),
  keys: Keys = createKeysInMemory(randomBytes(32)),
): Verifier {
  return createEmbeddedVerifier({
    engine,
    parameters,
    keys,
    random: systemRandom,
    stretch: cheapStretch,
  });
}

/** Creates the server's examination cache, by default over an engine without models. */
export const createTestSight = (engine: Engine = createSimulatedEngine()): AnalysisCache =>
  createAnalysisCache({ engine, signals: heldSignals, checkFrame: () => {} });

export const drawPicture = (person: string, shot: number): Uint8Array => Buffer.from(`face ${person} ${shot} 0.9`);
